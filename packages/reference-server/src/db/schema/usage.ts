import { bigint, index, integer, pgTable, primaryKey, text } from 'drizzle-orm/pg-core'
import { moment, sortedText } from './columns.ts'

/** Windows that were counted: the key is what makes a second report count nothing. */
export const usageWindows = pgTable(
  'usage_windows',
  {
    instance_id: text().notNull(),
    window_id: text().notNull(),
    accepted: integer().notNull(),
    reported_at: moment().notNull(),
  },
  (table) => [primaryKey({ columns: [table.instance_id, table.window_id] })],
)

/** Runs of each version, added up over all windows. */
export const usageTotals = pgTable(
  'usage_totals',
  {
    kind: text().notNull(),
    slug: sortedText().notNull(),
    version: text().notNull(),
    executions: bigint({ mode: 'number' }).notNull(),
    successes: bigint({ mode: 'number' }).notNull(),
    failures: bigint({ mode: 'number' }).notNull(),
    last_reported_at: moment().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.slug, table.version] }),
    index('usage_totals_item').on(table.kind, table.slug),
  ],
)
