import { index, pgTable, text } from 'drizzle-orm/pg-core'
import { moment } from './columns.ts'

/** Credentials of operators, publishers and satellites. The key itself is never stored. */
export const accessKeys = pgTable(
  'access_keys',
  {
    id: text().primaryKey(),
    role: text({ enum: ['operator', 'publisher', 'satellite'] }).notNull(),
    /** The publisher it speaks for; null for the other roles. */
    author_id: text(),
    /** What a person calls it. */
    name: text().notNull(),
    /** SHA-256 of the key, which has 256 bits of its own: no salt is needed to make guessing hopeless. */
    key_sha256: text().notNull().unique(),
    created_at: moment().notNull(),
    expires_at: moment(),
    revoked_at: moment(),
  },
  (table) => [index('access_keys_author').on(table.author_id)],
)
