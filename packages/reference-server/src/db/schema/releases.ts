import { bigint, boolean, pgTable, text } from 'drizzle-orm/pg-core'
import { releases } from './catalog.ts'
import { moment, sortedText } from './columns.ts'

/** What this mothership states of each release, signed at its approval. */
export const releaseRecords = pgTable('release_records', {
  release_id: sortedText()
    .primaryKey()
    .references(() => releases.id),
  /** JSON text as it was signed. */
  record: text().notNull(),
  signed_at: moment().notNull(),
})

/** What became of a release since; no row: nothing. The release itself never changes. */
export const releaseStates = pgTable('release_states', {
  release_id: sortedText()
    .primaryKey()
    .references(() => releases.id),
  status: text({ enum: ['deprecated', 'yanked'] }).notNull(),
  reason: text().notNull(),
  changed_at: moment().notNull(),
  changed_by: text().notNull(),
})

/** The revocation list as it was last signed. */
export const revocationLists = pgTable('revocation_lists', {
  /** Never goes back, whatever becomes of earlier rows. */
  sequence: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  issued_at: moment().notNull(),
  expires_at: moment().notNull(),
  /** Something was withdrawn since. */
  is_stale: boolean().notNull().default(false),
  /** JSON text as it was signed. */
  document: text().notNull(),
})
