import type { Kind } from '@mothership/manifest'
import * as z from 'zod'
import { countField, kindField, sha256Field, slugField, versionField } from './fields.ts'
import { defineOperation, type Operation } from './operation.ts'
import { type ItemParams, itemParamsSchema } from './paths.ts'

/** One text of a package. */
export interface ContentFile {
  path: string
  text: string
  sha256: string
  size: number
}

/** What an agent reads of an item: third-party text, to be fenced by whoever puts it into a prompt. */
export interface ItemContent {
  kind: Kind
  slug: string
  version: string
  tree_sha256: string
  /** What the item tells a model; null for kinds that tell none. */
  instructions: ContentFile | null
  scripts: ContentFile[]
  references: ContentFile[]
  /** Files that are no text, or too long for this answer: they are in the package. */
  omitted: string[]
}

/** Query of the content of an item. */
export interface ContentQuery {
  /** Default: the version lists show. */
  version?: string
}

const file = z.object({
  path: z.string().max(1024), // the archive reader refuses longer paths
  text: z.string().max(524_288), // a text that fits no model's window is no use to one
  sha256: sha256Field,
  size: countField,
})

/** Schema of {@link ItemContent}. */
export const itemContentSchema: z.ZodType<ItemContent> = z.object({
  kind: kindField,
  slug: slugField,
  version: versionField,
  tree_sha256: sha256Field,
  instructions: file.nullable(),
  scripts: z.array(file).max(1000), // more are omitted
  references: z.array(file).max(1000),
  omitted: z.array(z.string().max(1024)).max(10_000), // the archive limit
})

/** Schema of {@link ContentQuery}. */
export const contentQuerySchema: z.ZodType<ContentQuery> = z.strictObject({
  version: z.exactOptional(versionField),
})

/** Operations on the texts of items. */
export const contentOperations: {
  readonly 'items.content': Operation<{
    params: ItemParams
    query: ContentQuery
    answers: { 200: ItemContent }
  }>
} = {
  'items.content': defineOperation({
    id: 'items.content',
    method: 'GET',
    path: '/api/v1/marketplace/{category}/items/{slug}/content',
    summary: 'Instructions, scripts and references of an item',
    auth: ['public'],
    scope: 'download',
    params: itemParamsSchema,
    query: contentQuerySchema,
    answers: { 200: { type: 'json', description: 'The texts', schema: itemContentSchema } },
    errors: ['not_found', 'release_yanked'],
  }),
}
