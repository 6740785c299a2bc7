import { bigint, index, pgTable, text } from 'drizzle-orm/pg-core'
import { moment, sortedText } from './columns.ts'
import { releases } from './catalog.ts'

/** Who downloaded what and when: no credential, no address, no user agent. */
export const downloads = pgTable(
  'downloads',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    release_id: sortedText()
      .notNull()
      .references(() => releases.id),
    /** Id of the access key, null for an anonymous reader. */
    access_key_id: text(),
    first_byte: bigint({ mode: 'number' }).notNull(),
    last_byte: bigint({ mode: 'number' }).notNull(),
    downloaded_at: moment().notNull(),
  },
  (table) => [index('downloads_release').on(table.release_id, table.downloaded_at)],
)
