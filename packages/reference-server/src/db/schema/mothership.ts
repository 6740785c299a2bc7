import { jsonb, pgTable, text, timestamp } from 'drizzle-orm/pg-core'

/** What this mothership knows of itself: one row a fact, made at first start. */
export const mothershipFacts = pgTable('mothership_facts', {
  name: text().primaryKey(),
  value: jsonb().notNull(),
  created_at: timestamp({ withTimezone: true }).notNull().defaultNow(),
})
