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
    /** What lists order by; the formulas are the README's. */
    popularity: bigint({ mode: 'number' }).generatedAlwaysAs(
      (): SQL => sql`5 * ${items.install_count} + ${items.download_count}`,
    ),
    rating_score: doublePrecision().generatedAlwaysAs(
      (): SQL =>
        sql`(coalesce(${items.rating_average}, 0) * ${items.rating_count} + 15.0) / (${items.rating_count} + 5)`,
    ),
    sort_name: sortedText().generatedAlwaysAs((): SQL => sql`lower(${items.name})`),
    search: searchVector().generatedAlwaysAs(
      (): SQL =>
        sql`setweight(to_tsvector('simple', ${items.search_title}), 'A') || setweight(to_tsvector('simple', ${items.search_labels}), 'B') || setweight(to_tsvector('simple', ${items.search_text}), 'C')`,
    ),
  },
  (table) => [
    primaryKey({ columns: [table.kind, table.slug] }),
    index('items_popular').on(table.kind, table.popularity.desc(), table.sort_name, table.slug),
    index('items_rating').on(table.kind, table.rating_score.desc(), table.sort_name, table.slug),
    index('items_newest').on(table.kind, table.published_at.desc(), table.sort_name, table.slug),
    index('items_name').on(table.kind, table.sort_name, table.slug),
    index('items_title').using('gin', sql`${table.search_title} gin_trgm_ops`),
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
    channel: text({ enum: ['stable', 'beta'] })
      .notNull()
      .default('stable'),
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

/** Grows whenever something changes that lists of a kind show: what an answer's ETag is made of. */
export const catalogVersions = pgTable('catalog_versions', {
  kind: text().primaryKey(),
  version: bigint({ mode: 'number' }).notNull(),
})

/** Views, downloads and installs that no item counts yet: added without a lock, folded into the items in batches. */
export const countEvents = pgTable('count_events', {
  id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
  kind: text().notNull(),
  slug: sortedText().notNull(),
  views: integer().notNull().default(0),
  downloads: integer().notNull().default(0),
  installs: integer().notNull().default(0),
})
