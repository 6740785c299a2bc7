import { or, type SQL, sql } from 'drizzle-orm'
import { items } from '../../db/schema/catalog.ts'

/** Words of a search that count; a person types a few. */
const maxWords = 16

/**
 * Items that hold every word of a search, as the beginning of a word, or the search as it stands in their name.
 * Whatever is typed goes in as a parameter: of a word only letters and digits reach the query language of full-text
 * search, and `%` and `_` mean themselves.
 */
export function matchesSearch(search: string): SQL | undefined {
  const text = search.trim().toLowerCase()
  if (text === '') return undefined
  const query = queryOf(text)
  const literal = sql`${items.search_title} like ${`%${escapeLike(text)}%`}`
  if (query === undefined) return literal
  return or(sql`${items.search} @@ to_tsquery('simple', ${query})`, literal)
}

/** Every word as the beginning of one, in the language of full-text search. */
function queryOf(text: string): string | undefined {
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, maxWords)
  return words.length === 0 ? undefined : words.map((word) => `${word}:*`).join(' & ')
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`)
}

/**
 * How well an item fits a search: words in name and slug weigh most, then tags, topic and author, then the description;
 * a name that is spelled like the search comes on top. Rounded, so that equal items stay equal on every engine.
 */
export function relevanceOf(search: string): SQL {
  const text = search.trim().toLowerCase()
  const query = queryOf(text) ?? ''
  return sql`round((ts_rank(${items.search}, to_tsquery('simple', ${query})) + similarity(${items.search_title}, ${text}))::numeric, 6)`
}

/** Shortest search in which a letter may be wrong: in a shorter one it is another word. */
const minTypoLength = 4

/** Items with something in their name that is spelled much like the search; `undefined` when there is nothing to compare. */
export function matchesTypo(search: string | undefined): SQL | undefined {
  const text = (search ?? '').trim().toLowerCase()
  if (text.length < minTypoLength || queryOf(text) === undefined) return undefined
  return sql`${text} <% ${items.search_title}`
}

/** What counts as much alike, for the transaction that asks: one letter wrong or swapped in a word of five. */
export const typoThreshold: SQL = sql`set local pg_trgm.word_similarity_threshold = 0.45`
