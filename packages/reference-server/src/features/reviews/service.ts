import { createHash } from 'node:crypto'
import { and, count, desc, eq, isNull, sql } from 'drizzle-orm'
import type {
  Install,
  InstallReceipt,
  PageQuery,
  Rating,
  RatingSummary,
  ReviewList,
} from '@mothership/client/contract'
import type { Kind } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { items } from '../../db/schema/catalog.ts'
import { installs, ratings } from '../../db/schema/reviews.ts'
import { RequestError } from '../../errors.ts'
import type { Deps } from '../../ports/deps.ts'
import { storableText } from '../../text/storable-text.ts'
import { bumpCatalogVersion, type Counts } from '../catalog/counts.ts'
import type { Caller } from '../credentials/caller.ts'

/** What those who use items tell of them. */
export interface ReviewService {
  /** The newest first. Throws `not_found`. */
  list(kind: Kind, slug: string, query: PageQuery): Promise<ReviewList>
  /** One rating for each rater and item; rating again changes it. Throws `not_found`, `forbidden`. */
  rate(kind: Kind, slug: string, input: Rating, caller: Caller): Promise<RatingSummary>
  /** Takes one's rating back; harmless when there is none. Throws `not_found`. */
  remove(kind: Kind, slug: string, caller: Caller): Promise<RatingSummary>
  /** Counts an installer once. Throws `not_found`. */
  install(kind: Kind, slug: string, input: Install, caller: Caller): Promise<InstallReceipt>
  /** Notes that the installer has it no more. Throws `not_found`. */
  uninstall(kind: Kind, slug: string, caller: Caller): Promise<InstallReceipt>
}

/** Makes the service. */
export function createReviews(
  { db, clock }: Pick<Deps, 'db' | 'clock'>,
  counts: Counts,
): ReviewService {
  return {
    list: async (kind, slug, { page, limit }) => {
      const item = await findItem(db, kind, slug)
      const where = and(eq(ratings.kind, kind), eq(ratings.slug, slug))
      const rows = await db
        .select()
        .from(ratings)
        .where(where)
        .orderBy(desc(ratings.updated_at), ratings.rater)
        .limit(limit)
        .offset((page - 1) * limit)
      const [counted] = await db.select({ total: count() }).from(ratings).where(where)
      return {
        reviews: rows.map((row) => ({
          reviewer: createHash('sha256').update(`reviewer:${row.rater}`).digest('hex').slice(0, 16),
          rating: row.rating,
          review: row.review,
          created_at: row.created_at.toISOString(),
          updated_at: row.updated_at.toISOString(),
        })),
        ...summaryOf(item),
        total: counted?.total ?? 0,
        page,
        page_size: limit,
      }
    },

    rate: (kind, slug, { rating, review }, caller) =>
      db.transaction(async (tx) => {
        const item = await findItem(tx, kind, slug, { forUpdate: true })
        if (caller.author_id !== null && caller.author_id === item.author_id) {
          throw new RequestError('forbidden', 'An author does not rate what is their own.')
        }
        const now = clock.now()
        const text = review === undefined || review === null ? null : storableText(review)
        const said = { rating, review: text, updated_at: now }
        await tx
          .insert(ratings)
          .values({ kind, slug, rater: raterOf(caller), created_at: now, ...said })
          .onConflictDoUpdate({ target: [ratings.kind, ratings.slug, ratings.rater], set: said })
        return average(tx, kind, slug)
      }),

    remove: (kind, slug, caller) =>
      db.transaction(async (tx) => {
        await findItem(tx, kind, slug, { forUpdate: true })
        await tx
          .delete(ratings)
          .where(
            and(eq(ratings.kind, kind), eq(ratings.slug, slug), eq(ratings.rater, raterOf(caller))),
          )
        return average(tx, kind, slug)
      }),

    install: (kind, slug, { version }, caller) =>
      db.transaction(async (tx) => {
        const { install_count } = await findItem(tx, kind, slug)
        const installer = raterOf(caller)
        const noted = { version: version ?? null, installed_at: clock.now() }
        const [first] = await tx
          .insert(installs)
          .values({ kind, slug, installer, ...noted })
          .onConflictDoNothing()
          .returning({ slug: installs.slug })
        if (first === undefined) {
          await tx
            .update(installs)
            .set({ ...noted, removed_at: null })
            .where(ofInstaller(kind, slug, installer))
          return { counted: false, install_count }
        }
        await counts.add(tx, kind, slug, 'installs')
        return { counted: true, install_count: install_count + 1 }
      }),

    uninstall: (kind, slug, caller) =>
      db.transaction(async (tx) => {
        const { install_count } = await findItem(tx, kind, slug)
        const removed = await tx
          .update(installs)
          .set({ removed_at: clock.now() })
          .where(and(ofInstaller(kind, slug, raterOf(caller)), isNull(installs.removed_at)))
          .returning({ slug: installs.slug })
        return { counted: removed.length > 0, install_count }
      }),
  }
}

type ItemRow = typeof items.$inferSelect

async function findItem(
  tx: Database,
  kind: Kind,
  slug: string,
  options: { readonly forUpdate?: boolean } = {},
): Promise<ItemRow> {
  const query = tx
    .select()
    .from(items)
    .where(and(eq(items.kind, kind), eq(items.slug, slug), items.is_public))
  const [row] = await (options.forUpdate === true ? query.for('update') : query)
  if (row === undefined) {
    throw new RequestError('not_found', `There is no ${kind} "${slug}" in the catalogue.`)
  }
  return row
}

/** The mean is taken anew from all ratings, under the lock of the item: nothing adds up wrongly. */
async function average(tx: Database, kind: Kind, slug: string): Promise<RatingSummary> {
  const ofItem = sql`from ${ratings} where ${ratings.kind} = ${kind} and ${ratings.slug} = ${slug}`
  const [row] = await tx
    .update(items)
    .set({
      rating_average: sql`(select avg(${ratings.rating})::float8 ${ofItem})`,
      rating_count: sql`(select count(*)::int ${ofItem})`,
    })
    .where(and(eq(items.kind, kind), eq(items.slug, slug)))
    .returning()
  if (row === undefined) throw new TypeError('an item went away within its transaction')
  await bumpCatalogVersion(tx, kind)
  return summaryOf(row)
}

function summaryOf({ rating_average, rating_count }: ItemRow): RatingSummary {
  return { rating_average, rating_count }
}

function ofInstaller(kind: Kind, slug: string, installer: string) {
  return and(eq(installs.kind, kind), eq(installs.slug, slug), eq(installs.installer, installer))
}

/** A person counts once with whatever they come, a publisher with whichever key, a satellite by its token. */
function raterOf(caller: Caller): string {
  if (caller.account_id !== null) return `account:${caller.account_id}`
  if (caller.author_id !== null) return `publisher:${caller.author_id}`
  if (caller.role === 'operator') return 'operator'
  return `access_key:${caller.access_key_id ?? ''}`
}
