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
  const words = (text.match(/[\p{L}\p{N}]+/gu) ?? []).slice(0, maxWords)
  const literal = sql`${items.search_title} like ${`%${escapeLike(text)}%`}`
  if (words.length === 0) return literal
  const query = words.map((word) => `${word}:*`).join(' & ')
  return or(sql`${items.search} @@ to_tsquery('simple', ${query})`, literal)
}

function escapeLike(text: string): string {
  return text.replaceAll(/[\\%_]/g, String.raw`\$&`)
}
