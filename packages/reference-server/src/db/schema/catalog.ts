import { sql, type SQL } from 'drizzle-orm'
import {
  bigint,
  boolean,
  doublePrecision,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  uniqueIndex,
} from 'drizzle-orm/pg-core'
import type { ItemOrigin } from '@mothership/client/contract'
import { moment, searchVector, sortedText } from './columns.ts'
import { publishers } from './publishers.ts'
import { packages, submissions } from './submissions.ts'

/** Items as lists show them, at their newest release. Rows of the catalogue are projections: releases are the truth. */
export const items = pgTable(
  'items',
  {
    kind: text().notNull(),
    slug: sortedText().notNull(),
    name: sortedText().notNull(),
    description: text().notNull(),
    /** The highest released version; a pre-release only while there is nothing else. */
    version: text().notNull(),
    author_id: sortedText()
      .notNull()
      .references(() => publishers.author_id),
    license: text(),
    license_type: text({ enum: ['open_source', 'proprietary', 'unspecified'] }).notNull(),
    /** Topic, not kind. */
    category: text(),
    tags: text().array().notNull(),
    token_estimate: integer(),
    recommended_models: text().array().notNull(),
    /** False while every release of it is withdrawn. */
    is_public: boolean().notNull().default(true),
    is_featured: boolean().notNull().default(false),
    price: integer().notNull().default(0),
    currency: text().notNull().default('usd'),
    install_count: bigint({ mode: 'number' }).notNull().default(0),
    download_count: bigint({ mode: 'number' }).notNull().default(0),
    view_count: bigint({ mode: 'number' }).notNull().default(0),
    rating_average: doublePrecision(),
    rating_count: integer().notNull().default(0),
    skills_count: integer().notNull(),
    commands_count: integer().notNull(),
    agents_count: integer().notNull(),
    hooks_count: integer().notNull(),
    mcp_servers_count: integer().notNull(),
    source: jsonb().$type<ItemOrigin>(),
    published_at: moment().notNull(),
    updated_at: moment().notNull(),
    /** What search reads, lower case: name and slug; tags and topic; description. */
    search_title: text().notNull(),
    search_labels: text().notNull(),
    search_text: text().notNull(),
    search: searchVector().generatedAlwaysAs(
      (): SQL =>
        sql`setweight(to_tsvector('simple', ${items.search_title}), 'A') || setweight(to_tsvector('simple', ${items.search_labels}), 'B') || setweight(to_tsvector('simple', ${items.search_text}), 'C')`,
    ),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.slug] }),
    index('items_newest').on(table.kind, table.published_at.desc(), table.slug),
    index('items_name').on(table.kind, table.name, table.slug),
    index('items_search').using('gin', table.search),
    index('items_tags').using('gin', table.tags),
  ],
)

/** Approved versions. Nothing in a row changes once it is there. */
export const releases = pgTable(
  'releases',
  {
    id: sortedText().primaryKey(),
    kind: text().notNull(),
    slug: sortedText().notNull(),
    version: text().notNull(),
    author_id: sortedText()
      .notNull()
      .references(() => publishers.author_id),
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
    channel: text({ enum: ['stable', 'beta'] }).notNull().default('stable'),
    release_notes: text(),
    min_host_version: text(),
    submission_id: sortedText()
      .notNull()
      .unique()
      .references(() => submissions.id),
    approved_at: moment().notNull(),
    approved_by: text().notNull(),
  },
  (table) => [
    uniqueIndex('releases_version').on(table.kind, table.slug, table.version),
    index('releases_package').on(table.package_sha256),
  ],
)
