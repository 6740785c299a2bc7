import { index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { moment, sortedText } from './columns.ts'

/** Ratings: one for each rater and item. */
export const ratings = pgTable(
  'ratings',
  {
    kind: text().notNull(),
    slug: sortedText().notNull(),
    /** `account:<id>`, `publisher:<author_id>`, `access_key:<id>` or `operator`. */
    rater: sortedText().notNull(),
    rating: integer().notNull(),
    review: text(),
    created_at: moment().notNull(),
    updated_at: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.slug, table.rater] }),
    index('ratings_newest').on(table.kind, table.slug, table.updated_at.desc()),
  ],
)

/** Who told that they installed an item. */
export const installs = pgTable(
  'installs',
  {
    kind: text().notNull(),
    slug: sortedText().notNull(),
    /** As a rater. */
    installer: sortedText().notNull(),
    version: text(),
    installed_at: moment().notNull(),
    removed_at: moment(),
  },
  (table) => [primaryKey({ columns: [table.kind, table.slug, table.installer] })],
)
