import type { Kind, ManifestSource } from '@mothership/manifest'
import * as z from 'zod'
import {
  authorIdField,
  countField,
  kindField,
  linkField,
  type PageAnswer,
  pageAnswerFields,
  sha256Field,
  slugField,
  timeField,
  versionField,
} from './fields.ts'
import {
  type ItemFilter,
  itemFilterSchema,
  type ItemListQuery,
  itemListQuerySchema,
} from './item-query.ts'
import { defineOperation, type Operation } from './operation.ts'
import {
  type CategoryParams,
  categoryParamsSchema,
  type ItemParams,
  itemParamsSchema,
  type ItemVersionParams,
  itemVersionParamsSchema,
} from './paths.ts'
import { type Release, type ReleaseList, releaseListSchema, releaseSchema } from './releases.ts'

/** Where an item was taken from, in the manifest's own fields. */
export type ItemOrigin = ManifestSource

/** An item as a list shows it, at its newest approved version. */
export interface ItemSummary {
  kind: Kind
  slug: string
  name: string
  description: string
  version: string
  author_id: string
  /** SPDX expression or the licence's name, as the manifest has it; null when it says nothing. */
  license: string | null
  license_type: LicenseType
  /** Topic, not kind: `development`. */
  category: string | null
  tags: string[]
  token_estimate: number | null
  recommended_models: string[]
  is_public: boolean
  is_approved: boolean
  is_featured: boolean
  /** In minor units of `currency`; 0 is free. */
  price: number
  /** ISO 4217, lower case. */
  currency: string
  install_count: number
  download_count: number
  view_count: number
  /** 1 to 5; null while nobody has rated. */
  rating_average: number | null
  rating_count: number
  /** Parts of a plugin; 0 for other kinds. */
  skills_count: number
  commands_count: number
  agents_count: number
  hooks_count: number
  mcp_servers_count: number
  /** Null when it was written for this mothership. */
  source: ItemOrigin | null
  published_at: string
  updated_at: string
}

/** How an item may be used: `unspecified` when the manifest names no licence. */
export type LicenseType = 'open_source' | 'proprietary' | 'unspecified'

/** An item with everything its page shows. */
export interface ItemDetail extends ItemSummary {
  long_description: string | null
  use_cases: string[]
  /** Prompts that should choose this item. */
  examples: string[]
  integration_points: string[]
  terms_url: string | null
  permissions: { permission: string; explanation: string }[]
  dependencies: Record<string, string>
  package_sha256: string
  package_size: number
  tree_sha256: string
  /** The page a person opens. */
  listing_url: string
}

/** One page of items. */
export interface ItemList extends PageAnswer {
  items: ItemSummary[]
  /** Where the next page begins, however deep; absent on the last one. */
  next_cursor?: string
}

/** How many items of a filter have each value, the most frequent first. */
export interface ItemFacets {
  topics: Facet[]
  tags: Facet[]
  license_types: Facet[]
}

/** One value and how many items have it. */
export interface Facet {
  value: string
  count: number
}

// Lengths of texts and lists are those a manifest may have: an item shows what its manifest says.
const label = z.string().min(1).max(128)
const name = z.string().min(1).max(256)
const prompts = z.array(z.string().max(1024)).max(64)

const summaryFields = {
  kind: kindField,
  slug: slugField,
  name,
  description: z.string().min(1).max(8192),
  version: versionField,
  author_id: authorIdField,
  license: name.nullable(),
  license_type: z.enum(['open_source', 'proprietary', 'unspecified']),
  category: label.nullable(),
  tags: z.array(label).max(128),
  token_estimate: countField.nullable(),
  recommended_models: z.array(label).max(64),
  is_public: z.boolean(),
  is_approved: z.boolean(),
  is_featured: z.boolean(),
  price: countField,
  currency: z.string().regex(/^[a-z]{3}$/),
  install_count: countField,
  download_count: countField,
  view_count: countField,
  rating_average: z.number().min(1).max(5).nullable(),
  rating_count: countField,
  skills_count: countField,
  commands_count: countField,
  agents_count: countField,
  hooks_count: countField,
  mcp_servers_count: countField,
  source: z
    .object({
      type: label,
      url: z.exactOptional(z.string().max(2048)),
      repo: z.exactOptional(name),
      commit: z.exactOptional(z.string().max(64)),
      path: z.exactOptional(z.string().max(1024)),
      marketplace: z.exactOptional(name),
      original_author: z.exactOptional(name),
      license: z.exactOptional(name),
    })
    .nullable(),
  published_at: timeField,
  updated_at: timeField,
}

/** Schema of {@link ItemSummary}. */
export const itemSummarySchema: z.ZodType<ItemSummary> = z.object(summaryFields)

/** Schema of {@link ItemList}. */
export const itemListSchema: z.ZodType<ItemList> = z.object({
  items: z.array(itemSummarySchema).max(100), // the largest page
  next_cursor: z.exactOptional(z.string().max(2048)), // as in the query
  ...pageAnswerFields,
})

/** Schema of {@link ItemDetail}. */
export const itemDetailSchema: z.ZodType<ItemDetail> = z.object({
  ...summaryFields,
  long_description: z.string().max(65_536).nullable(),
  use_cases: prompts,
  examples: prompts,
  integration_points: z.array(name).max(64),
  terms_url: z.string().max(2048).nullable(),
  permissions: z
    .array(z.object({ permission: z.string().max(512), explanation: z.string().max(1024) })) // a sentence
    .max(256),
  dependencies: z.record(z.string().max(256), z.string().max(256)), // `kind:slug` to a range
  package_sha256: sha256Field,
  package_size: countField,
  tree_sha256: sha256Field,
  listing_url: linkField,
})

const facets = z.array(z.object({ value: label, count: countField })).max(100) // the most frequent

/** Schema of {@link ItemFacets}. */
export const itemFacetsSchema: z.ZodType<ItemFacets> = z.object({
  topics: facets,
  tags: facets,
  license_types: facets,
})

/** Operations on the catalogue. */
export const itemOperations: {
  readonly 'items.list': Operation<{
    params: CategoryParams
    query: ItemListQuery
    answers: { 200: ItemList }
  }>
  readonly 'items.facets': Operation<{
    params: CategoryParams
    query: ItemFilter
    answers: { 200: ItemFacets }
  }>
  readonly 'items.get': Operation<{ params: ItemParams; answers: { 200: ItemDetail } }>
  readonly 'items.versions': Operation<{ params: ItemParams; answers: { 200: ReleaseList } }>
  readonly 'items.release': Operation<{ params: ItemVersionParams; answers: { 200: Release } }>
} = {
  'items.list': defineOperation({
    id: 'items.list',
    method: 'GET',
    path: '/api/v1/marketplace/{category}/items',
    summary: 'Approved items of one kind',
    auth: ['public'],
    scope: 'read',
    cache: 'reuse',
    params: categoryParamsSchema,
    query: itemListQuerySchema,
    answers: { 200: { type: 'json', description: 'One page of items', schema: itemListSchema } },
    errors: ['not_found'],
  }),
  'items.facets': defineOperation({
    id: 'items.facets',
    method: 'GET',
    path: '/api/v1/marketplace/{category}/facets',
    summary: 'Topics, tags and licences of the items of a filter, with how many have each',
    auth: ['public'],
    scope: 'read',
    cache: 'reuse',
    params: categoryParamsSchema,
    query: itemFilterSchema,
    answers: { 200: { type: 'json', description: 'The facets', schema: itemFacetsSchema } },
    errors: ['not_found'],
  }),
  'items.get': defineOperation({
    id: 'items.get',
    method: 'GET',
    path: '/api/v1/marketplace/{category}/items/{slug}',
    summary: 'One item',
    auth: ['public'],
    scope: 'read',
    cache: 'reuse',
    params: itemParamsSchema,
    answers: { 200: { type: 'json', description: 'The item', schema: itemDetailSchema } },
    errors: ['not_found'],
  }),
  'items.versions': defineOperation({
    id: 'items.versions',
    method: 'GET',
    path: '/api/v1/marketplace/{category}/items/{slug}/versions',
    summary: 'Approved versions of an item, newest first',
    auth: ['public'],
    scope: 'read',
    cache: 'reuse',
    params: itemParamsSchema,
    answers: { 200: { type: 'json', description: 'The versions', schema: releaseListSchema } },
    errors: ['not_found'],
  }),
  'items.release': defineOperation({
    id: 'items.release',
    method: 'GET',
    path: '/api/v1/marketplace/{category}/items/{slug}/versions/{version}',
    summary: 'One approved version with its manifest, file list and the keys to verify it',
    auth: ['public'],
    scope: 'read',
    cache: 'confirm',
    params: itemVersionParamsSchema,
    answers: { 200: { type: 'json', description: 'The release', schema: releaseSchema } },
    errors: ['not_found'],
  }),
}
