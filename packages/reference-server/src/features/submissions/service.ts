import { randomUUID } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { and, desc, eq, inArray, notInArray, type SQL, sql } from 'drizzle-orm'
import type {
  Finding,
  Submission,
  SubmissionList,
  SubmissionsQuery,
  SubmissionUpdate,
} from '@mothership/client/contract'
import type { ArchiveReading } from '@mothership/manifest/archive'
import type { Database } from '../../db/index.ts'
import { packages, submissions } from '../../db/schema/submissions.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import { clipText } from '../../text/clip-text.ts'
import type { Actor, AuditService } from '../audit/service.ts'
import type { Caller } from '../credentials/caller.ts'
import type { PublisherService } from '../publishers/service.ts'
import { runScan, type ScanResult, type Scanner } from './scan/scanner.ts'
import { nextStatus, type SubmissionAction } from './states.ts'
import {
  findSubmission,
  listOfAuthor,
  type SubmissionChange,
  submissionOf,
  type SubmissionRow,
  writeChange,
} from './store.ts'
import {
  type VerifiedManifest,
  verifySubmittedManifest,
  verifySubmittedPackage,
} from './verify-submission.ts'

/** What is submitted. */
export interface NewSubmission {
  /** The signed manifest as it was received. */
  readonly manifest: string
  /** File that holds the package; read, and left where it is. */
  readonly packagePath: string
  /** Whose access key it came with. */
  readonly author_id: string
  /** What was noticed on the way here, for the moderator. */
  readonly findings?: readonly Finding[]
  readonly signal?: AbortSignal
}

/** Versions on their way into the catalogue. */
export interface SubmissionService {
  /** Checks everything, then stores it: a refused submission leaves no row and no blob behind. */
  submit(input: NewSubmission, actor: Actor): Promise<Submission>
  /** One submission; a publisher sees only their own. Throws `not_found`. */
  get(id: string, caller: Caller): Promise<Submission>
  /** An author's own, newest first. */
  list(author_id: string, query: SubmissionsQuery): Promise<SubmissionList>
  /** Changes what stands beside the manifest. Throws `not_found`, `already_decided`. */
  edit(id: string, change: SubmissionUpdate, caller: Caller, actor: Actor): Promise<Submission>
  /** Takes it back. Throws `not_found`, `already_decided`. */
  withdraw(id: string, caller: Caller, actor: Actor): Promise<Submission>
  /**
   * Does one thing of the table of states to a row that is held until the end of the transaction, and writes the audit
   * row of it: the second of two at once finds it done. Throws `not_found`, `already_decided`, `revision_changed`.
   */
  act(tx: Database, action: SubmissionStep): Promise<SubmissionRow>
}

/** One thing done to a submission. */
export interface SubmissionStep {
  readonly id: string
  readonly action: SubmissionAction
  readonly actor: Actor
  /** The revision that was seen; another one is refused. */
  readonly revision?: number | undefined
  /** Refuses by throwing; what it answers is written with the new status. */
  readonly change: (row: SubmissionRow) => SubmissionChange
}

/** Makes the service. */
export function createSubmissions(
  { db, blobs, clock, log }: Pick<Deps, 'db' | 'blobs' | 'clock' | 'log'>,
  audit: AuditService,
  publishers: PublisherService,
  scanner: Scanner,
): SubmissionService {
  const ownedBy =
    (caller: Caller) =>
    (row: SubmissionRow): void => {
      if (caller.author_id === null || caller.author_id !== row.author_id) throw notAmongYours()
    }

  const act: SubmissionService['act'] = async (tx, { id, action, actor, revision, change }) => {
    const row = await findSubmission(tx, id, { forUpdate: true })
    if (row === undefined) throw new RequestError('not_found', 'There is no such submission.')
    const changes = change(row)
    const status = nextStatus(row.status, action)
    if (revision !== undefined && revision !== row.revision) throw changedSince(row)
    const written = await writeChange(tx, row, { ...changes, status })
    if (written === undefined) throw changedSince(row)
    await audit.record(tx, {
      actor,
      action: `submission.${action}`,
      subject: `submission:${id}`,
      before: { status: row.status, revision: row.revision },
      after: {
        status,
        revision: written.revision,
        manifest_sha256: row.manifest_sha256,
        package_sha256: row.package_sha256,
        note: written.note,
      },
    })
    return written
  }

  return {
    act,
    submit: async (input, actor) => {
      // Only the sender's own keys are in the ring: anybody else's signature is by an unknown key.
      const keys = await publishers.findKeys(db, input.author_id)
      const verified = verifySubmittedManifest(input.manifest, input.author_id, keys, clock.now())
      await refuseTaken(db, verified)
      const { reading, findings } = await verifySubmittedPackage(
        input.packagePath,
        verified.manifest,
        input.signal,
      )
      const scan = await runScan(
        scanner,
        { manifest: verified.manifest, files: reading.contents, signal: input.signal },
        { log },
      )
      try {
        return await db.transaction(async (tx) => {
          await lockPackage(tx, reading.package_sha256)
          const all = [...findings, ...(input.findings ?? [])].slice(0, maxFindings)
          const row = await insertSubmission(tx, input, verified, reading, all, scan, clock.now())
          await audit.record(tx, {
            actor,
            action: 'submission.create',
            subject: `submission:${row.id}`,
            after: { kind: row.kind, slug: row.slug, version: row.version, ...bindingOf(row) },
          })
          // Last, and before the commit: no row ever points at bytes that are not there.
          await blobs.put(createReadStream(input.packagePath), {
            sha256: reading.package_sha256,
            size: reading.package_size,
          })
          return row
        })
      } catch (error) {
        await forgetUnused(reading.package_sha256)
        throw error
      }
    },

    get: async (id, caller) => {
      const row = await findSubmission(db, id)
      // Somebody else's is answered like one that is not there: ids are nobody's to probe.
      if (row === undefined || (!reviews(caller) && caller.author_id !== row.author_id)) {
        throw notAmongYours()
      }
      return submissionOf(row)
    },

    list: async (author_id, query) => {
      const { rows, total } = await listOfAuthor(db, author_id, query)
      const { page, limit: page_size } = query
      return { submissions: rows.map(submissionOf), total, page, page_size }
    },

    edit: (id, update, caller, actor) =>
      db.transaction(async (tx) => {
        const change = (row: SubmissionRow): SubmissionChange => {
          ownedBy(caller)(row)
          return update
        }
        return submissionOf(await act(tx, { id, action: 'edit', actor, change }))
      }),

    withdraw: (id, caller, actor) =>
      db.transaction(async (tx) => {
        const change = (row: SubmissionRow): SubmissionChange => {
          ownedBy(caller)(row)
          return { decided_at: clock.now(), decided_by: actor.id }
        }
        return submissionOf(await act(tx, { id, action: 'withdraw', actor, change }))
      }),
  }

  /** After a failed transaction: takes the blob away unless some other submission has the same bytes. */
  async function forgetUnused(package_sha256: string): Promise<void> {
    try {
      await db.transaction(async (tx) => {
        await lockPackage(tx, package_sha256)
        const [used] = await tx
          .select({ package_sha256: packages.package_sha256 })
          .from(packages)
          .where(eq(packages.package_sha256, package_sha256))
        if (used === undefined) await blobs.delete(package_sha256)
      })
    } catch (error) {
      // An unused blob costs space and nothing else; the failure that led here is what the caller must see.
      log.warn({ err: error, package_sha256 }, 'an unused package could not be taken away')
    }
  }
}

/** Whoever moderates reads every submission. */
function reviews({ role }: Caller): boolean {
  return role === 'operator' || role === 'admin' || role === 'moderator'
}

function notAmongYours(): RequestError {
  return new RequestError('not_found', 'There is no submission with this id among yours.')
}

function changedSince(row: SubmissionRow): RequestError {
  return new RequestError(
    'revision_changed',
    `The submission is at revision ${row.revision}, and another one was seen: look at it again.`,
  )
}

/** The contract's bound: a reviewer reads no more. */
const maxFindings = 1000

/** A version whose submission ended so may be submitted again. */
const ended = ['rejected', 'withdrawn'] as const

/** Whoever stores or removes these bytes waits for whoever is at it. */
async function lockPackage(tx: Database, package_sha256: string): Promise<void> {
  await tx.execute(sql`select pg_advisory_xact_lock(hashtextextended(${package_sha256}, 0))`)
}

/** Tells early, before a package is read, what the unique index would tell at the end. */
async function refuseTaken(db: Database, { manifest }: VerifiedManifest): Promise<void> {
  const { kind, slug, version } = manifest
  const [taken] = await db
    .select({ status: submissions.status, package_sha256: submissions.package_sha256 })
    .from(submissions)
    .where(and(isVersion(kind, slug, version), notInArray(submissions.status, [...ended])))
  if (taken === undefined) return
  const same = taken.package_sha256 === manifest.package_sha256 ? 'the same' : 'another'
  throw versionExists(
    `${slug} ${version} is ${taken.status === 'approved' ? 'released' : 'waiting'} already, with ${same} package: a version never changes, raise its number.`,
  )
}

function isVersion(kind: string, slug: string, version: string): SQL | undefined {
  return and(
    eq(submissions.kind, kind),
    eq(submissions.slug, slug),
    eq(submissions.version, version),
  )
}

async function insertSubmission(
  tx: Database,
  input: NewSubmission,
  { manifest, manifest_sha256, key }: VerifiedManifest,
  reading: ArchiveReading,
  findings: Finding[],
  scan: ScanResult,
  now: Date,
): Promise<Submission> {
  const { kind, slug, version } = manifest
  const [previous] = await tx
    .select({ id: submissions.id })
    .from(submissions)
    .where(and(isVersion(kind, slug, version), inArray(submissions.status, [...ended])))
    .orderBy(desc(submissions.submitted_at), desc(submissions.id))
    .limit(1)
  const { package_sha256, package_size, tree_sha256, format, files } = reading
  await tx
    .insert(packages)
    .values({ package_sha256, package_size, tree_sha256, format, files, created_at: now })
    .onConflictDoNothing()
  const [row] = await tx
    .insert(submissions)
    .values({
      id: randomUUID(),
      kind,
      slug,
      version,
      name: clipText(manifest.name, 200),
      author_id: input.author_id,
      status: 'pending',
      revision: 1,
      key_id: key.key_id,
      custody: key.custody,
      manifest: input.manifest,
      manifest_sha256,
      package_sha256,
      package_size,
      tree_sha256,
      permissions: manifest.permissions,
      findings,
      scan_findings: scan.findings,
      scan_status: scan.scan_status,
      // A pre-release is for those who ask for it, until its author says otherwise.
      channel: /^[^+]*-/.test(version) ? 'beta' : 'stable',
      previous_id: previous?.id ?? null,
      submitted_at: now,
    })
    .onConflictDoNothing()
    .returning()
  if (row === undefined) {
    throw versionExists(
      `${manifest.slug} ${manifest.version} was submitted at the same moment: a version never changes, raise its number.`,
    )
  }
  return submissionOf(row)
}

function versionExists(message: string): RequestError {
  return new RequestError('version_exists', message)
}

function bindingOf(submission: Submission): object {
  const { manifest_sha256, package_sha256, tree_sha256, key_id } = submission
  return { manifest_sha256, package_sha256, tree_sha256, key_id }
}
