import { and, asc, count, desc, eq, type InferSelectModel, sql } from 'drizzle-orm'
import type {
  PageQuery,
  Submission,
  SubmissionsQuery,
  SubmissionStatus,
} from '@mothership/client/contract'
import { kinds } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { submissions } from '../../db/schema/submissions.ts'

/** A submission as it is stored. */
export type SubmissionRow = InferSelectModel<typeof submissions>

/** Reads one; `forUpdate` holds it until the transaction ends. */
export async function findSubmission(
  tx: Database,
  id: string,
  options: { readonly forUpdate?: boolean } = {},
): Promise<SubmissionRow | undefined> {
  const query = tx.select().from(submissions).where(eq(submissions.id, id))
  const [row] = await (options.forUpdate === true ? query.for('update') : query)
  return row
}

/** One page of a status, oldest first. */
export async function listSubmissions(
  tx: Database,
  query: PageQuery & { status: SubmissionStatus },
): Promise<{ rows: SubmissionRow[]; total: number }> {
  const where = eq(submissions.status, query.status)
  const rows = await tx
    .select()
    .from(submissions)
    .where(where)
    .orderBy(asc(submissions.submitted_at), asc(submissions.id))
    .limit(query.limit)
    .offset((query.page - 1) * query.limit)
  const [counted] = await tx.select({ total: count() }).from(submissions).where(where)
  return { rows, total: counted?.total ?? 0 }
}

/** One page of an author's, newest first. */
export async function listOfAuthor(
  tx: Database,
  author_id: string,
  { status, page, limit }: SubmissionsQuery,
): Promise<{ rows: SubmissionRow[]; total: number }> {
  const where = and(
    eq(submissions.author_id, author_id),
    status === undefined ? undefined : eq(submissions.status, status),
  )
  const rows = await tx
    .select()
    .from(submissions)
    .where(where)
    .orderBy(desc(submissions.submitted_at), desc(submissions.id))
    .limit(limit)
    .offset((page - 1) * limit)
  const [counted] = await tx.select({ total: count() }).from(submissions).where(where)
  return { rows, total: counted?.total ?? 0 }
}

/** What an action changes of a submission. */
export type SubmissionChange = Partial<
  Pick<
    SubmissionRow,
    | 'status'
    | 'decided_at'
    | 'decided_by'
    | 'note'
    | 'channel'
    | 'release_notes'
    | 'scan_findings'
    | 'scan_status'
  >
>

/** Writes a change on the revision that was read; `undefined` when it is no longer that one. */
export async function writeChange(
  tx: Database,
  row: SubmissionRow,
  change: SubmissionChange,
): Promise<SubmissionRow | undefined> {
  const [written] = await tx
    .update(submissions)
    .set({ ...change, revision: row.revision + 1 })
    .where(sql`${submissions.id} = ${row.id} and ${submissions.revision} = ${row.revision}`)
    .returning()
  return written
}

/** The row as the contract shows it. */
export function submissionOf(row: SubmissionRow): Submission {
  const kind = kinds.find((known) => known === row.kind)
  if (kind === undefined)
    throw new TypeError(`submission ${row.id} has the unknown kind ${row.kind}`)
  return {
    id: row.id,
    kind,
    slug: row.slug,
    version: row.version,
    name: row.name,
    author_id: row.author_id,
    status: row.status,
    revision: row.revision,
    scan_status: row.scan_status,
    channel: row.channel,
    release_notes: row.release_notes,
    previous_id: row.previous_id,
    key_id: row.key_id,
    manifest_sha256: row.manifest_sha256,
    package_sha256: row.package_sha256,
    package_size: row.package_size,
    tree_sha256: row.tree_sha256,
    permissions: row.permissions,
    findings: [...row.scan_findings, ...row.findings].slice(0, maxFindings),
    submitted_at: row.submitted_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    decided_by: row.decided_by,
    note: row.note,
  }
}

/** The contract's bound: a reviewer reads no more. */
const maxFindings = 1000
