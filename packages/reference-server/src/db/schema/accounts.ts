import { boolean, index, integer, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { moment, sortedText } from './columns.ts'
import { publishers } from './publishers.ts'

/** People. The accounts library reads and writes these tables; `role` and `author_id` are nobody's to send. */
export const users = pgTable(
  'users',
  {
    id: sortedText().primaryKey(),
    name: text().notNull(),
    /** Lower case. */
    email: sortedText().notNull().unique(),
    email_verified: boolean().notNull().default(false),
    image: text(),
    two_factor_enabled: boolean().default(false),
    role: text({ enum: ['user', 'publisher', 'moderator', 'admin'] })
      .notNull()
      .default('user'),
    /** The publisher that this person acts for; others may act for the same one. */
    author_id: sortedText().references(() => publishers.author_id),
    created_at: moment().notNull(),
    updated_at: moment().notNull(),
  },
  (table) => [index('users_author').on(table.author_id)],
)

/** Who is signed in. A token alone opens nothing: what is presented carries a signature with a secret kept elsewhere. */
export const userSessions = pgTable(
  'user_sessions',
  {
    id: text().primaryKey(),
    token: text().notNull().unique(),
    user_id: sortedText()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    ip_address: text(),
    user_agent: text(),
    expires_at: moment().notNull(),
    created_at: moment().notNull(),
    updated_at: moment().notNull(),
  },
  (table) => [index('user_sessions_user').on(table.user_id)],
)

/** How somebody signs in: for a password, its scrypt hash. */
export const userCredentials = pgTable(
  'user_credentials',
  {
    id: text().primaryKey(),
    account_id: text().notNull(),
    provider_id: text().notNull(),
    user_id: sortedText()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    access_token: text(),
    refresh_token: text(),
    id_token: text(),
    access_token_expires_at: moment(),
    refresh_token_expires_at: moment(),
    scope: text(),
    password: text(),
    created_at: moment().notNull(),
    updated_at: moment().notNull(),
  },
  (table) => [
    index('user_credentials_user').on(table.user_id),
    uniqueIndex('user_credentials_provider').on(table.provider_id, table.account_id),
  ],
)

/** What was sent to somebody and waits to come back; identifiers are kept as digests. */
export const userVerifications = pgTable(
  'user_verifications',
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expires_at: moment().notNull(),
    created_at: moment().notNull(),
    updated_at: moment().notNull(),
  },
  (table) => [index('user_verifications_identifier').on(table.identifier)],
)

/** Second factors; secret and backup codes are encrypted with a secret kept elsewhere. */
export const userTwoFactors = pgTable(
  'user_two_factors',
  {
    id: text().primaryKey(),
    user_id: sortedText()
      .notNull()
      .references(() => users.id, { onDelete: 'cascade' }),
    secret: text().notNull(),
    backup_codes: text().notNull(),
    verified: boolean().default(true),
    failed_verification_count: integer().default(0),
    locked_until: moment(),
  },
  (table) => [index('user_two_factors_user').on(table.user_id)],
)
