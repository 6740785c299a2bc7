import { createHash } from 'node:crypto'
import type {
  Approval,
  BulkDecision,
  BulkOutcome,
  Flagging,
  QueueQuery,
  Rejection,
  Submission,
  SubmissionList,
} from '@mothership/client/contract'
import { ManifestError, parseManifest } from '@mothership/manifest'
import { appArchiveLimits, readArchive } from '@mothership/manifest/archive'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor } from '../audit/service.ts'
import type { CatalogService } from '../catalog/service.ts'
import type { PublisherService } from '../publishers/service.ts'
import { runScan, type Scanner } from '../submissions/scan/scanner.ts'
import type { SubmissionService } from '../submissions/service.ts'
import { nextStatus } from '../submissions/states.ts'
import {
  findSubmission,
  listSubmissions,
  submissionOf,
  type SubmissionRow,
} from '../submissions/store.ts'
import { verifySubmittedManifest } from '../submissions/verify-submission.ts'

/** Decides on submissions. */
export interface ModerationService {
  queue(query: QueueQuery): Promise<SubmissionList>
  /**
   * Makes a release of exactly the bytes that were submitted, once. Throws `not_found`, `already_decided`,
   * `revision_changed`, `not_scanned`, `digest_mismatch`, and what a manifest is refused with.
   */
  approve(id: string, input: Approval, actor: Actor): Promise<Submission>
  /** Refuses, with a reason the author reads. Throws `not_found`, `already_decided`, `revision_changed`. */
  reject(id: string, input: Rejection, actor: Actor): Promise<Submission>
  /** Sets aside for a second look. Throws as `reject` does. */
  flag(id: string, input: Flagging, actor: Actor): Promise<Submission>
  /** Scans the stored bytes again. Throws `not_found`, `already_decided`, `digest_mismatch`. */
  scan(id: string, actor: Actor): Promise<Submission>
  /** Decides on each for itself: one that is refused keeps no other from being decided. */
  decideAll(input: BulkDecision, actor: Actor): Promise<BulkOutcome>
}

/** What moderation works with. */
export interface ModerationParts {
  readonly publishers: PublisherService
  readonly catalog: CatalogService
  readonly submissions: SubmissionService
  readonly scanner: Scanner
}

/** Makes the service. */
export function createModeration(
  { db, blobs, clock, log }: Pick<Deps, 'db' | 'blobs' | 'clock' | 'log'>,
  { publishers, catalog, submissions, scanner }: ModerationParts,
): ModerationService {
  const approve: ModerationService['approve'] = async (id, { note, revision }, actor) => {
    const seen = await findSubmission(db, id)
    if (seen !== undefined && nextStatus(seen.status, 'approve') === 'approved') {
      await checkStoredBytes(seen)
    }
    return db.transaction(async (tx) => {
      const approved_at = clock.now()
      const row = await submissions.act(tx, {
        id,
        action: 'approve',
        actor,
        revision,
        change: (found) => {
          nextStatus(found.status, 'approve')
          if (found.scan_status !== 'completed') throw notScanned()
          return { decided_at: approved_at, decided_by: actor.id, note: note ?? null }
        },
      })
      // What was true at submission must still be: a key may have been revoked since.
      const keys = await publishers.findKeys(tx, row.author_id)
      const { manifest, manifest_sha256, key } = verifySubmittedManifest(
        row.manifest,
        row.author_id,
        keys,
        approved_at,
      )
      if (manifest_sha256 !== row.manifest_sha256) throw changed(row, 'manifest')
      await catalog.publish(tx, { row, manifest, key, approved_at, approved_by: actor.id })
      return submissionOf(row)
    })
  }

  const reject: ModerationService['reject'] = (id, { note, revision }, actor) =>
    db.transaction(async (tx) => {
      const change = () => ({ decided_at: clock.now(), decided_by: actor.id, note })
      return submissionOf(
        await submissions.act(tx, { id, action: 'reject', actor, revision, change }),
      )
    })

  const flag: ModerationService['flag'] = (id, { note, revision }, actor) =>
    db.transaction(async (tx) => {
      const change = () => ({ note: note ?? null })
      return submissionOf(
        await submissions.act(tx, { id, action: 'flag', actor, revision, change }),
      )
    })

  return {
    approve,
    reject,
    flag,

    queue: async (query) => {
      const { rows, total } = await listSubmissions(db, query)
      return {
        submissions: rows.map(submissionOf),
        total,
        page: query.page,
        page_size: query.limit,
      }
    },

    scan: async (id, actor) => {
      const seen = await findSubmission(db, id)
      if (seen === undefined) throw new RequestError('not_found', 'There is no such submission.')
      nextStatus(seen.status, 'scan')
      const manifest = parseManifest(seen.manifest)
      const { contents, package_sha256 } = await readArchive(
        await blobs.get(seen.package_sha256),
        manifest.kind === 'app' ? { limits: appArchiveLimits } : {},
      )
      if (package_sha256 !== seen.package_sha256) throw changed(seen, 'package')
      const { findings: scan_findings, scan_status } = await runScan(
        scanner,
        { manifest, files: contents },
        { log },
      )
      return db.transaction(async (tx) => {
        const change = () => ({ scan_findings, scan_status })
        return submissionOf(await submissions.act(tx, { id, action: 'scan', actor, change }))
      })
    },

    decideAll: async ({ decision, ids, note }, actor) => {
      const outcomes: BulkOutcome['outcomes'] = []
      for (const id of ids) {
        const given = note === undefined ? {} : { note }
        try {
          const { status } = await (decision === 'approve'
            ? approve(id, given, actor)
            : decision === 'flag'
              ? flag(id, given, actor)
              : reject(id, { note: note ?? '' }, actor))
          outcomes.push({ id, status, code: null, detail: null })
        } catch (error) {
          outcomes.push({ id, status: null, ...refusalOf(error, id) })
        }
      }
      return { outcomes }
    },
  }

  function refusalOf(
    error: unknown,
    id: string,
  ): Pick<BulkOutcome['outcomes'][number], 'code' | 'detail'> {
    const detail = error instanceof Error ? error.message.slice(0, 4096) : ''
    if (error instanceof RequestError) return { code: error.code, detail }
    if (error instanceof ManifestError) return { code: 'invalid_manifest', detail }
    log.error({ err: error, submission: id }, 'a submission of many could not be decided')
    return { code: 'internal', detail: 'Something failed here, and it is in the log.' }
  }

  /** Approval is of bytes, so the bytes are hashed once more, outside the transaction since it may take a while. */
  async function checkStoredBytes(row: SubmissionRow): Promise<void> {
    const hash = createHash('sha256')
    for await (const chunk of await blobs.get(row.package_sha256)) hash.update(chunk)
    if (hash.digest('hex') !== row.package_sha256) throw changed(row, 'package')
  }
}

function notScanned(): RequestError {
  return new RequestError(
    'not_scanned',
    'The scan of this submission failed, so that nobody knows what is in it: scan it again, then decide.',
  )
}

function changed(row: SubmissionRow, what: string): RequestError {
  return new RequestError(
    'digest_mismatch',
    `The ${what} of submission ${row.id} is not the one that was submitted: reject it.`,
  )
}
