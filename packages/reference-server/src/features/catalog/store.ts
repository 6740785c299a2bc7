import {
  and,
  arrayContains,
  count,
  desc,
  eq,
  type InferSelectModel,
  type SQL,
  sql,
} from 'drizzle-orm'
import type { ItemListQuery, ItemSort } from '@mothership/client/contract'
import { compareVersions, type Kind, type TreeFile } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { items, releases } from '../../db/schema/catalog.ts'
import { packages } from '../../db/schema/submissions.ts'
import type { ManifestColumns } from './item-row.ts'
import { matchesSearch } from './search.ts'

/** An item as it is stored. */
export type ItemRow = InferSelectModel<typeof items>
/** A release as it is stored. */
export type ReleaseRow = InferSelectModel<typeof releases>

/** One page of the items of a kind. */
export async function listItems(
  db: Database,
  kind: Kind,
  query: ItemListQuery,
): Promise<{ rows: ItemRow[]; total: number }> {
  const where = and(
    eq(items.kind, kind),
    query.search === undefined ? undefined : matchesSearch(query.search),
    query.category === undefined ? undefined : eq(items.category, query.category),
    query.tags === undefined || query.tags.length === 0
      ? undefined
      : arrayContains(items.tags, query.tags),
  )
  const rows = await db
    .select()
    .from(items)
    .where(where)
    .orderBy(...orderBy[query.sort])
    .limit(query.limit)
    .offset((query.page - 1) * query.limit)
  const [counted] = await db.select({ total: count() }).from(items).where(where)
  return { rows, total: counted?.total ?? 0 }
}

/**
 * "Popular" is `5 × installs + downloads`: an install is reported by a host that kept the item, a download may be a
 * look. Ties go to the name, then to the slug, so that every order is total.
 */
const orderBy: Readonly<Record<ItemSort, readonly SQL[]>> = {
  popular: [
    sql`5 * ${items.install_count} + ${items.download_count} desc`,
    sql`lower(${items.name})`,
    sql`${items.slug}`,
  ],
  newest: [desc(items.published_at), sql`${items.slug}`],
  name: [sql`lower(${items.name})`, sql`${items.slug}`],
}

/** One item. */
export async function findItem(
  db: Database,
  kind: Kind,
  slug: string,
): Promise<ItemRow | undefined> {
  const [row] = await db
    .select()
    .from(items)
    .where(and(eq(items.kind, kind), eq(items.slug, slug)))
  return row
}

/** One release. */
export async function findRelease(
  db: Database,
  kind: Kind,
  slug: string,
  version: string,
): Promise<ReleaseRow | undefined> {
  const [row] = await db
    .select()
    .from(releases)
    .where(and(eq(releases.kind, kind), eq(releases.slug, slug), eq(releases.version, version)))
  return row
}

/** All releases of an item, highest version first. */
export async function listReleases(db: Database, kind: Kind, slug: string): Promise<ReleaseRow[]> {
  const rows = await db
    .select()
    .from(releases)
    .where(and(eq(releases.kind, kind), eq(releases.slug, slug)))
  return rows.sort((left, right) => compareVersions(right.version, left.version))
}

/** The files of a package. */
export async function findFiles(db: Database, package_sha256: string): Promise<TreeFile[]> {
  const [row] = await db
    .select({ files: packages.files })
    .from(packages)
    .where(eq(packages.package_sha256, package_sha256))
  return row?.files ?? []
}

/** Adds a release; `undefined` when that version is there already. */
export async function insertRelease(
  tx: Database,
  release: typeof releases.$inferInsert,
): Promise<ReleaseRow | undefined> {
  const [row] = await tx.insert(releases).values(release).onConflictDoNothing().returning()
  return row
}

/** Makes the item of a first release, or brings it to a version that comes after the one it shows. */
export async function projectItem(
  tx: Database,
  columns: ManifestColumns,
  now: Date,
): Promise<void> {
  const [made] = await tx
    .insert(items)
    .values({ ...columns, published_at: now, updated_at: now })
    .onConflictDoNothing()
    .returning({ slug: items.slug })
  if (made !== undefined) return
  const where = and(eq(items.kind, columns.kind), eq(items.slug, columns.slug))
  const [shown] = await tx.select({ version: items.version }).from(items).where(where).for('update')
  if (shown === undefined || !comesAfter(columns.version, shown.version)) return
  await tx
    .update(items)
    .set({ ...columns, updated_at: now })
    .where(where)
}

/** A pre-release never takes the place of a stable version. */
function comesAfter(version: string, shown: string): boolean {
  const isPreRelease = (text: string): boolean => /^[^+]*-/.test(text)
  if (isPreRelease(version) !== isPreRelease(shown)) return isPreRelease(shown)
  return compareVersions(version, shown) > 0
}
