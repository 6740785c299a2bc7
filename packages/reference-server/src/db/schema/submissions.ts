import { bigint, index, integer, jsonb, pgTable, text, uniqueIndex } from 'drizzle-orm/pg-core'
import { sql } from 'drizzle-orm'
import type { TreeFile } from '@mothership/manifest'
import type { Finding } from '@mothership/client/contract'
import { moment, sortedText } from './columns.ts'
import { publishers } from './publishers.ts'

/** Archives this mothership holds, by digest; the bytes lie in the blob store under the same key. */
export const packages = pgTable('packages', {
  package_sha256: text().primaryKey(),
  package_size: bigint({ mode: 'number' }).notNull(),
  format: text({ enum: ['tar', 'tar.gz', 'zip'] }).notNull(),
  tree_sha256: text().notNull(),
  /** The sorted list whose digest is `tree_sha256`. */
  files: jsonb().$type<TreeFile[]>().notNull(),
  created_at: moment().notNull(),
})

/** What was submitted, and what became of it. */
export const submissions = pgTable(
  'submissions',
  {
    id: sortedText().primaryKey(),
    kind: text().notNull(),
    slug: sortedText().notNull(),
    version: text().notNull(),
    name: text().notNull(),
    author_id: sortedText()
      .notNull()
      .references(() => publishers.author_id),
    status: text({ enum: ['pending', 'flagged', 'approved', 'rejected', 'withdrawn'] }).notNull(),
    /** Counts the transitions; whoever writes names the one it read. */
    revision: integer().notNull(),
    key_id: text().notNull(),
    custody: text({ enum: ['self', 'operator', 'importer'] }).notNull(),
    /** JSON text as it was received. */
    manifest: text().notNull(),
    manifest_sha256: text().notNull(),
    package_sha256: text()
      .notNull()
      .references(() => packages.package_sha256),
    package_size: bigint({ mode: 'number' }).notNull(),
    tree_sha256: text().notNull(),
    permissions: text().array().notNull(),
    /** What the checks of the way in found, and what a converter noticed. */
    findings: jsonb().$type<Finding[]>().notNull(),
    /** What the last scan found, and whether it went through. */
    scan_findings: jsonb().$type<Finding[]>().notNull().default([]),
    scan_status: text({ enum: ['completed', 'failed'] })
      .notNull()
      .default('completed'),
    channel: text({ enum: ['stable', 'beta'] })
      .notNull()
      .default('stable'),
    release_notes: text(),
    /** The refused or withdrawn submission of the same version before this one. */
    previous_id: text(),
    submitted_at: moment().notNull(),
    decided_at: moment(),
    decided_by: text(),
    note: text(),
  },
  (table) => [
    // A version waits or is released once; a rejected or withdrawn one may be submitted again.
    uniqueIndex('submissions_version')
      .on(table.kind, table.slug, table.version)
      .where(sql`${table.status} not in ('rejected', 'withdrawn')`),
    index('submissions_queue').on(table.status, table.submitted_at, table.id),
    index('submissions_author').on(table.author_id, table.submitted_at, table.id),
  ],
)
