import { customType, timestamp } from 'drizzle-orm/pg-core'

/**
 * Text that orders or pages: `C` collation sorts by code point on every engine and build, so a page never moves
 * because a library of locales did.
 */
export const sortedText = customType<{ data: string }>({ dataType: () => 'text collate "C"' })

/** A weighted list of words for full-text search. Only the database writes it. */
export const searchVector = customType<{ data: string }>({ dataType: () => 'tsvector' })

/** A moment in UTC. */
export const moment = () => timestamp({ withTimezone: true, mode: 'date' })
