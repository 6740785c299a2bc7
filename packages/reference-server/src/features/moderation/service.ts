import { createHash } from 'node:crypto'
import type { QueueQuery, Submission, SubmissionList } from '@mothership/client/contract'
import type { Database } from '../../db/index.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import type { CatalogService } from '../catalog/service.ts'
import type { PublisherService } from '../publishers/service.ts'
import { type Decision, nextStatus } from '../submissions/states.ts'
import {
  findSubmission,
  listSubmissions,
  submissionOf,
  type SubmissionRow,
  writeDecision,
} from '../submissions/store.ts'
import { verifySubmittedManifest } from '../submissions/verify-submission.ts'

/** Decides on submissions. */
export interface ModerationService {
  queue(query: QueueQuery): Promise<SubmissionList>
  /** Makes a release of exactly the bytes that were submitted, once. Throws `not_found`, `already_decided`. */
  approve(id: string, note: string | undefined, actor: Actor): Promise<Submission>
  /** Refuses, with a reason the author reads. Throws `not_found`, `already_decided`. */
  reject(id: string, note: string, actor: Actor): Promise<Submission>
}

/** Makes the service. */
export function createModeration(
  { db, blobs, clock }: Pick<Deps, 'db' | 'blobs' | 'clock'>,
  audit: AuditService,
  publishers: PublisherService,
  catalog: CatalogService,
): ModerationService {
  return {
    queue: async (query) => {
      const { rows, total } = await listSubmissions(db, query)
      return {
        submissions: rows.map(submissionOf),
        total,
        page: query.page,
        page_size: query.limit,
      }
    },

    approve: async (id, note, actor) => {
      const seen = await findSubmission(db, id)
      if (seen !== undefined) await checkStoredBytes(seen)
      return db.transaction(async (tx) => {
        const row = await decide(tx, id, 'approve', note ?? null, actor)
        // What was true at submission must still be: a key may have been revoked since.
        const keys = await publishers.findKeys(tx, row.author_id)
        const approved_at = row.decided_at ?? clock.now()
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
    },

    reject: (id, note, actor) =>
      db.transaction(async (tx) => submissionOf(await decide(tx, id, 'reject', note, actor))),
  }

  /** One row, held until the end of the transaction: the second of two decisions finds it decided. */
  async function decide(
    tx: Database,
    id: string,
    decision: Decision,
    note: string | null,
    actor: Actor,
  ): Promise<SubmissionRow> {
    const row = await findSubmission(tx, id, { forUpdate: true })
    if (row === undefined) throw new RequestError('not_found', 'There is no such submission.')
    const status = nextStatus(row.status, decision)
    const decided_at = clock.now()
    const written = await writeDecision(tx, row, {
      status,
      decided_at,
      decided_by: actor.id,
      note,
    })
    if (written === undefined) {
      throw new RequestError('already_decided', 'Somebody else decided at the same moment.')
    }
    await audit.record(tx, {
      actor,
      action: `submission.${decision}`,
      subject: `submission:${id}`,
      before: { status: row.status, revision: row.revision },
      after: {
        status,
        revision: written.revision,
        manifest_sha256: row.manifest_sha256,
        package_sha256: row.package_sha256,
        note,
      },
    })
    return written
  }

  /** Approval is of bytes, so the bytes are hashed once more, outside the transaction since it may take a while. */
  async function checkStoredBytes(row: SubmissionRow): Promise<void> {
    const hash = createHash('sha256')
    for await (const chunk of await blobs.get(row.package_sha256)) hash.update(chunk)
    if (hash.digest('hex') !== row.package_sha256) throw changed(row, 'package')
  }
}

function changed(row: SubmissionRow, what: string): RequestError {
  return new RequestError(
    'digest_mismatch',
    `The ${what} of submission ${row.id} is not the one that was submitted: reject it.`,
  )
}
