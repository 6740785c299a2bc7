import { and, eq, type InferSelectModel, sql } from 'drizzle-orm'
import type { PgColumn } from 'drizzle-orm/pg-core'
import type { ReleaseStatus } from '@mothership/client/contract'
import { compareVersions, type Kind, type TreeFile } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { countEvents, items, releases } from '../../db/schema/catalog.ts'
import { releaseStates } from '../../db/schema/releases.ts'
import { packages } from '../../db/schema/submissions.ts'
import type { ManifestColumns } from './item-row.ts'

/** An item as it is stored. */
export type ItemRow = InferSelectModel<typeof items>
/** A release as it is stored, and what became of it since. */
export interface ReleaseRow extends InferSelectModel<typeof releases> {
  readonly status: ReleaseStatus
  readonly status_reason: string | null
}

/** One item, with what is noted of it and not added up yet: who just downloaded it sees it counted. */
export async function findCountedItem(
  db: Database,
  kind: Kind,
  slug: string,
): Promise<ItemRow | undefined> {
  const pending = (counted: PgColumn) =>
    sql<number>`(select coalesce(sum(${counted}), 0)::int from ${countEvents}
      where ${countEvents.kind} = ${items.kind} and ${countEvents.slug} = ${items.slug})`
  const [found] = await db
    .select({
      row: items,
      views: pending(countEvents.views),
      downloads: pending(countEvents.downloads),
      installs: pending(countEvents.installs),
    })
    .from(items)
    .where(and(eq(items.kind, kind), eq(items.slug, slug)))
  if (found === undefined) return undefined
  const { row, views, downloads, installs } = found
  return {
    ...row,
    view_count: row.view_count + views,
    download_count: row.download_count + downloads,
    install_count: row.install_count + installs,
  }
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
    .leftJoin(releaseStates, eq(releaseStates.release_id, releases.id))
    .where(and(eq(releases.kind, kind), eq(releases.slug, slug), eq(releases.version, version)))
  return row === undefined ? undefined : withState(row)
}

function withState(row: {
  releases: InferSelectModel<typeof releases>
  release_states: InferSelectModel<typeof releaseStates> | null
}): ReleaseRow {
  const { status = 'active', reason = null } = row.release_states ?? {}
  return { ...row.releases, status, status_reason: reason }
}

/** All releases of an item, highest version first. */
export async function listReleases(db: Database, kind: Kind, slug: string): Promise<ReleaseRow[]> {
  const rows = await db
    .select()
    .from(releases)
    .leftJoin(releaseStates, eq(releaseStates.release_id, releases.id))
    .where(and(eq(releases.kind, kind), eq(releases.slug, slug)))
  return rows.map(withState).sort((left, right) => compareVersions(right.version, left.version))
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
): Promise<InferSelectModel<typeof releases> | undefined> {
  const [row] = await tx.insert(releases).values(release).onConflictDoNothing().returning()
  return row
}

/**
 * The release a list shows of an item: the highest version of the stable channel, of the beta channel only while there
 * is nothing else, and never one that was withdrawn. `undefined` when there is none.
 */
export function shownRelease(highestFirst: readonly ReleaseRow[]): ReleaseRow | undefined {
  const offered = highestFirst.filter(({ status }) => status !== 'yanked')
  return offered.find(({ channel }) => channel === 'stable') ?? offered[0]
}

/** Whoever changes what is released of an item waits here for whoever is at it. */
export async function lockItem(tx: Database, kind: Kind, slug: string): Promise<void> {
  await tx.execute(
    sql`select pg_advisory_xact_lock(hashtextextended(${`item:${kind}:${slug}`}, 0))`,
  )
}

/** Writes what lists show of an item; one that shows nothing any more is hidden. */
export async function projectItem(
  tx: Database,
  kind: Kind,
  slug: string,
  columns: ManifestColumns | undefined,
  now: Date,
): Promise<void> {
  if (columns === undefined) {
    await tx
      .update(items)
      .set({ is_public: false, updated_at: now })
      .where(and(eq(items.kind, kind), eq(items.slug, slug)))
    return
  }
  await tx
    .insert(items)
    .values({ ...columns, published_at: now, updated_at: now })
    .onConflictDoUpdate({
      target: [items.kind, items.slug],
      set: { ...columns, is_public: true, updated_at: now },
      // A version that lists do not show leaves them as they are.
      setWhere: sql`not ${items.is_public} or ${items.version} <> ${columns.version}`,
    })
}
