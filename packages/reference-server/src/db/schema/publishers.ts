import { index, pgTable, text } from 'drizzle-orm/pg-core'
import { moment, sortedText } from './columns.ts'

/** Somebody who signs and submits. The importer is one too. */
export const publishers = pgTable('publishers', {
  author_id: sortedText().primaryKey(),
  display_name: text().notNull(),
  created_at: moment().notNull(),
})

/** Namespaces and who owns them. One that was taken is never given to anybody else. */
export const namespaces = pgTable(
  'namespaces',
  {
    namespace: sortedText().primaryKey(),
    author_id: sortedText()
      .notNull()
      .references(() => publishers.author_id),
    created_at: moment().notNull(),
  },
  (table) => [index('namespaces_author').on(table.author_id)],
)

/** Ed25519 keys of publishers. Rows are never deleted: a revoked key is still needed to say why. */
export const publisherKeys = pgTable(
  'publisher_keys',
  {
    key_id: sortedText().primaryKey(),
    /** 64 lower-case hexadecimal digits. */
    public_key: text().notNull().unique(),
    author_id: sortedText()
      .notNull()
      .references(() => publishers.author_id),
    custody: text({ enum: ['self', 'operator', 'importer'] }).notNull(),
    valid_from: moment().notNull(),
    valid_until: moment(),
    revoked_at: moment(),
    compromised_since: moment(),
    revocation_reason: text(),
    created_at: moment().notNull(),
  },
  (table) => [index('publisher_keys_author').on(table.author_id)],
)
