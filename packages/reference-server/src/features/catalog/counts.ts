import { eq, sql } from 'drizzle-orm'
import type { Kind } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { catalogVersions, countEvents } from '../../db/schema/catalog.ts'
import type { Deps } from '../../ports/deps.ts'

/** Counts of items: noted at once, added up in batches, so that no popular item becomes a row everybody waits for. */
export interface Counts {
  /** Notes a view, in memory: what a crash forgets of views nobody misses. */
  view(kind: Kind, slug: string): void
  /** Notes a download or an install within the transaction that records it. */
  add(tx: Database, kind: Kind, slug: string, what: 'downloads' | 'installs'): Promise<void>
  /** Starts a fold when the last one is some time ago; waits for nothing. */
  foldSoon(): void
  /** Adds up everything that was noted. */
  flush(): Promise<void>
}

/** How old counts of a list may be. */
const foldEveryMs = 2_000

/** Makes the counts. */
export function createCounts({ db, log }: Pick<Deps, 'db' | 'log'>): Counts {
  let views = new Map<string, { kind: Kind; slug: string; views: number }>()
  let lastFold = performance.now()
  let running: Promise<void> | undefined

  const flush = async (): Promise<void> => {
    await running
    running = fold().finally(() => {
      running = undefined
      lastFold = performance.now()
    })
    return running
  }

  return {
    view: (kind, slug) => {
      const name = `${kind}:${slug}`
      const seen = views.get(name)
      if (seen === undefined) views.set(name, { kind, slug, views: 1 })
      else seen.views += 1
    },
    add: async (tx, kind, slug, what) => {
      await tx.insert(countEvents).values({ kind, slug, [what]: 1 })
    },
    foldSoon: () => {
      if (running !== undefined || performance.now() - lastFold < foldEveryMs) return
      flush().catch((error: unknown) => log.warn({ err: error }, 'counts were not added up'))
    },
    flush,
  }

  async function fold(): Promise<void> {
    const seen = [...views.values()]
    views = new Map()
    if (seen.length > 0) await db.insert(countEvents).values(seen)
    await db.transaction(async (tx) => {
      // One at a time: two that update the same items in another order would wait for each other.
      await tx.execute(sql`select pg_advisory_xact_lock(${foldLock})`)
      // Of several servers each takes what no other has taken; what is taken and not committed stays.
      await tx.execute(sql`
        with taken as (
          delete from ${countEvents} where id in (
            select id from ${countEvents} order by id limit ${maxEvents} for update skip locked)
          returning kind, slug, views, downloads, installs),
        added as (
          select kind, slug, sum(views) as views, sum(downloads) as downloads, sum(installs) as installs
          from taken group by kind, slug order by kind, slug),
        changed as (
          update items set
            view_count = view_count + added.views,
            download_count = download_count + added.downloads,
            install_count = install_count + added.installs
          from added where items.kind = added.kind and items.slug = added.slug
          returning items.kind)
        insert into ${catalogVersions} as known (kind, version)
        select distinct kind, 1 from changed order by kind
        on conflict (kind) do update set version = known.version + 1`)
    })
  }
}

/** Any number that is no other lock's. */
const foldLock = 7_046_033

/** One batch: what some minutes bring, and no transaction of many seconds. */
const maxEvents = 50_000

/** Says within the transaction that changes it that lists of a kind show something else. */
export async function bumpCatalogVersion(tx: Database, kind: string): Promise<void> {
  await tx
    .insert(catalogVersions)
    .values({ kind, version: 1 })
    .onConflictDoUpdate({
      target: catalogVersions.kind,
      set: { version: sql`${catalogVersions.version} + 1` },
    })
}

/** The version of what lists of a kind show. */
export async function catalogVersion(db: Database, kind: Kind): Promise<number> {
  const [row] = await db
    .select({ version: catalogVersions.version })
    .from(catalogVersions)
    .where(eq(catalogVersions.kind, kind))
  return row?.version ?? 0
}
