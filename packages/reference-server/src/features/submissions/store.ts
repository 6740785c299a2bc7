import { asc, count, eq, type InferSelectModel, sql } from 'drizzle-orm'
import type { Submission, SubmissionStatus } from '@mothership/client/contract'
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
  query: { status: SubmissionStatus; page: number; limit: number },
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

/** Writes a decision on the revision that was read; answers whether it was still that one. */
export async function writeDecision(
  tx: Database,
  row: SubmissionRow,
  decision: { status: SubmissionStatus; decided_at: Date; decided_by: string; note: string | null },
): Promise<SubmissionRow | undefined> {
  const [written] = await tx
    .update(submissions)
    .set({ ...decision, revision: row.revision + 1 })
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
    key_id: row.key_id,
    manifest_sha256: row.manifest_sha256,
    package_sha256: row.package_sha256,
    package_size: row.package_size,
    tree_sha256: row.tree_sha256,
    permissions: row.permissions,
    findings: row.findings,
    submitted_at: row.submitted_at.toISOString(),
    decided_at: row.decided_at?.toISOString() ?? null,
    decided_by: row.decided_by,
    note: row.note,
  }
}
