import { index, pgTable, text } from 'drizzle-orm/pg-core'
import type { Scope } from '@mothership/client/contract'
import { moment, sortedText } from './columns.ts'

/** Credentials of operators, publishers and satellites, and API keys of people. The key itself is never stored. */
export const accessKeys = pgTable(
  'access_keys',
  {
    id: text().primaryKey(),
    /** `account`: acts as the account it belongs to, in the role that account has at the time. */
    role: text({ enum: ['operator', 'publisher', 'satellite', 'account'] }).notNull(),
    /** The publisher it speaks for; null for the other roles. */
    author_id: text(),
    /** Whose it is to list, rotate and revoke: `account:<id>`, `publisher:<author_id>`, or `operator`. */
    owner: sortedText().notNull().default('operator'),
    /** What a person calls it. */
    name: text().notNull(),
    /** SHA-256 of the key, which has 256 bits of its own: no salt is needed to make guessing hopeless. */
    key_sha256: text().notNull().unique(),
    /** What it opens; null: whatever its role opens. */
    scopes: text().array().$type<Scope[]>(),
    /** To the minute. */
    last_used_at: moment(),
    /** The key that took its place. */
    replaced_by: text(),
    created_at: moment().notNull(),
    expires_at: moment(),
    revoked_at: moment(),
  },
  (table) => [
    index('access_keys_author').on(table.author_id),
    index('access_keys_owner').on(table.owner, table.created_at),
  ],
)
