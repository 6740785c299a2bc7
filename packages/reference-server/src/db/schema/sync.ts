import { integer, jsonb, pgTable, primaryKey, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { moment, sortedText } from './columns.ts'

/** Runs of imports, each with its summary. */
export const syncRuns = pgTable('sync_runs', {
  id: sortedText().primaryKey(),
  source: text().notNull(),
  status: text({ enum: ['running', 'completed', 'failed'] }).notNull(),
  started_at: moment().notNull(),
  completed_at: moment(),
  discovered: integer().notNull(),
  added: integer().notNull(),
  updated: integer().notNull(),
  skipped: integer().notNull(),
  pending_review: integer().notNull(),
  failed: integer().notNull(),
  details: jsonb().$type<unknown>().notNull(),
})

/** Which slug a path of a source got: decided once and never computed again. */
export const syncSlugs = pgTable(
  'sync_slugs',
  {
    source: text().notNull(),
    kind: text().notNull(),
    path: sortedText().notNull(),
    slug: sortedText().notNull(),
    created_at: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.source, table.kind, table.path] }),
    uniqueIndex('sync_slugs_slug').on(table.kind, table.slug),
  ],
)
