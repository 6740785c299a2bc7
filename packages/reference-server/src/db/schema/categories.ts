import { type AnyPgColumn, integer, pgTable, text } from 'drizzle-orm/pg-core'

/** Kinds as a reader meets them. Rows, so that an operator can add one. */
export const categories = pgTable('categories', {
  /** The kind in the plural, as paths carry it. */
  id: text().primaryKey(),
  kind: text().notNull().unique(),
  name: text().notNull(),
  description: text().notNull(),
  icon: text().notNull(),
  sort_order: integer().notNull(),
})

/** What items are about, nested. An item names its topic by the id; one that is not here is a topic all the same. */
export const topics = pgTable('topics', {
  id: text().primaryKey(),
  parent_id: text().references((): AnyPgColumn => topics.id),
  name: text().notNull(),
  icon: text().notNull(),
  sort_order: integer().notNull(),
})
