import { and, arrayContains, count, eq, inArray, type SQL, sql } from 'drizzle-orm'
import type { ItemFacets, ItemFilter, ItemListQuery, ItemSort } from '@mothership/client/contract'
import type { Kind } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { items } from '../../db/schema/catalog.ts'
import { RequestError } from '../../errors.ts'
import { topicAndWithin } from '../categories/topics.ts'
import { matchesSearch, matchesTypo, relevanceOf, typoThreshold } from './search.ts'
import type { ItemRow } from './store.ts'

/** One page of the items of a kind. */
export interface ItemPageRows {
  readonly rows: ItemRow[]
  readonly total: number
  readonly next_cursor: string | undefined
}

/**
 * Reads one page. A cursor continues after the item it names, at the same cost however deep; a page number is counted
 * from the beginning. A search that finds nothing is tried once more for what is spelled much the same.
 *
 * @throws RequestError `invalid_request` for a cursor of another list.
 */
export async function listItems(
  db: Database,
  kind: Kind,
  query: ItemListQuery,
): Promise<ItemPageRows> {
  const exact = await readPage(db, query, filterOf(kind, query))
  const typo = matchesTypo(query.search)
  if (exact.total > 0 || typo === undefined) return exact
  return db.transaction(async (tx) => {
    await tx.execute(typoThreshold)
    return readPage(tx, query, filterOf(kind, query, typo))
  })
}

/** Counts the values of the items of a filter. */
export async function countFacets(
  db: Database,
  kind: Kind,
  filter: ItemFilter,
): Promise<ItemFacets> {
  const where = filterOf(kind, filter)
  const by = async (value: SQL, from: SQL = sql`${items}`) => {
    const { rows } = await db.execute<{ value: string; count: number }>(
      sql`select ${value} as value, count(*)::int as count from ${from} where ${where} and ${value} is not null
          group by ${value} order by count(*) desc, ${value} collate "C" limit ${maxFacets}`,
    )
    return rows.map((row) => ({ value: row.value, count: row.count }))
  }
  return {
    topics: await by(sql`${items.category}`),
    tags: await by(sql`tag`, sql`${items} cross join lateral unnest(${items.tags}) as tag`),
    license_types: await by(sql`${items.license_type}`),
  }
}

/** The contract's bound. */
const maxFacets = 100

function filterOf(kind: Kind, filter: ItemFilter, search?: SQL): SQL | undefined {
  const { category, tags = [] } = filter
  return and(
    eq(items.kind, kind),
    items.is_public,
    search ?? (filter.search === undefined ? undefined : matchesSearch(filter.search)),
    category === undefined ? undefined : inArray(items.category, topicAndWithin(category)),
    tags.length === 0 ? undefined : arrayContains(items.tags, tags),
  )
}

async function readPage(
  db: Database,
  query: ItemListQuery,
  where: SQL | undefined,
): Promise<ItemPageRows> {
  const { sort, cursor, page, limit } = query
  const order = orders(query)[sort]
  const after = cursor === undefined ? undefined : readCursor(cursor, sort)
  const found = await db
    .select({ row: items, at: order.at ?? sql<null>`null` })
    .from(items)
    .where(after === undefined ? where : and(where, order.after(after)))
    .orderBy(...order.by)
    .limit(limit + 1)
    .offset(after === undefined ? (page - 1) * limit : 0)
  const [counted] = await db.select({ total: count() }).from(items).where(where)
  const rows = found.slice(0, limit).map(({ row }) => row)
  const last = found.length > limit ? found[limit - 1] : undefined
  return {
    rows,
    total: counted?.total ?? 0,
    next_cursor:
      last === undefined
        ? undefined
        : writeCursor(sort, [last.at ?? '', last.row.sort_name ?? '', last.row.slug]),
  }
}

/** A place in a list: the value it orders by, as text, then name and slug, which make every order total. */
type Place = readonly [value: string, name: string, slug: string]

interface Order {
  /** The value it orders by, before name and slug, as text; none: by name alone. */
  readonly at?: SQL<string>
  readonly by: readonly SQL[]
  /** What comes after a place. The first condition alone is what an index begins to read at. */
  readonly after: (place: Place) => SQL
}

/**
 * "Popular" is `5 × installs + downloads`: an install is reported by a host that kept the item, a download may be a
 * look. "Rating" is the mean of an item's ratings and five more of 3: one vote of 5 is not yet the best of all.
 */
function orders(query: ItemListQuery): Readonly<Record<ItemSort, Order>> {
  const popular = falling(sql`${items.popularity}`, 'bigint')
  return {
    popular,
    newest: {
      at: sql<string>`(extract(epoch from ${items.published_at}) * 1000000)::bigint::text`,
      by: [sql`${items.published_at} desc nulls last`, ...byName],
      after: ([micros, name, slug]) => {
        const there = sql`('epoch'::timestamptz + ${micros}::bigint * interval '1 microsecond')`
        return sql`${items.published_at} <= ${there} and (${items.published_at} < ${there} or ${afterName(name, slug)})`
      },
    },
    rating: falling(sql`${items.rating_score}`, 'float8'),
    name: {
      by: byName,
      after: ([, name, slug]) => afterName(name, slug),
    },
    relevance: query.search === undefined ? popular : falling(relevanceOf(query.search), 'numeric'),
  }
}

const byName: readonly SQL[] = [sql`${items.sort_name}`, sql`${items.slug}`]

function afterName(name: string, slug: string): SQL {
  return sql`(${items.sort_name}, ${items.slug}) > (${name} collate "C", ${slug} collate "C")`
}

function falling(value: SQL, type: 'bigint' | 'float8' | 'numeric'): Order {
  return {
    at: sql<string>`(${value})::text`,
    by: [sql`${value} desc nulls last`, ...byName], // as the indexes are
    after: ([text, name, slug]) => {
      const there = sql`${text}::${sql.raw(type)}`
      return sql`${value} <= ${there} and (${value} < ${there} or ${afterName(name, slug)})`
    },
  }
}

function writeCursor(sort: ItemSort, place: Place): string {
  return Buffer.from(JSON.stringify([sort, ...place])).toString('base64url')
}

/** What a value of each order looks like; anything else was not written here. */
const placeValues: Readonly<Record<ItemSort, RegExp>> = {
  popular: /^\d{1,18}$/,
  newest: /^\d{1,17}$/,
  rating: /^\d(?:\.\d{1,20})?$/,
  relevance: /^\d{1,6}(?:\.\d{1,6})?$/,
  name: /^$/,
}

function readCursor(cursor: string, sort: ItemSort): Place {
  try {
    const read: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
    if (Array.isArray(read) && read.length === 4 && read[0] === sort) {
      const [, value, name, slug] = read.map((part) => (typeof part === 'string' ? part : '\0'))
      const isText = [value, name, slug].every((part) => part !== undefined && !part.includes('\0'))
      if (isText && placeValues[sort].test(value ?? '')) {
        return [value ?? '', name ?? '', slug ?? '']
      }
    }
  } catch {
    // Said below, as of every cursor that is none.
  }
  throw new RequestError(
    'invalid_request',
    'The cursor is not one of this list: send the next_cursor of the page before, with the same filter and order.',
    { issues: [{ path: 'query.cursor', message: 'expected the next_cursor of the same list' }] },
  )
}
