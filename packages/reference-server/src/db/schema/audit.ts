import { bigint, index, jsonb, pgTable, text } from 'drizzle-orm/pg-core'
import { moment, sortedText } from './columns.ts'

/** Who did what to what. Rows are added and never changed; a trigger refuses anything else. */
export const auditEvents = pgTable(
  'audit_events',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    happened_at: moment().notNull(),
    actor_role: text().notNull(),
    /** Access key or name of the part of the server that acted. */
    actor_id: text().notNull(),
    action: text().notNull(),
    subject: sortedText().notNull(),
    before: jsonb(),
    after: jsonb(),
    request_id: text(),
    /** Network address it came from; null for what the server does by itself. */
    address: text(),
  },
  (table) => [index('audit_events_subject').on(table.subject, table.id)],
)
