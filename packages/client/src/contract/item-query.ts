import * as z from 'zod'
import { limitField, pageField } from './fields.ts'

/** Order of a list: by installs and downloads, by publication, by name, by ratings, by how well a search fits. */
export type ItemSort = 'popular' | 'newest' | 'name' | 'rating' | 'relevance'

/** Query of a list of items. */
export interface ItemListQuery extends ItemFilter {
  sort: ItemSort
  /** Where the page before ended (`next_cursor`), for the same filter and order; `page` is then left out. */
  cursor?: string
  page: number
  limit: number
}

/** Which items. */
export interface ItemFilter {
  search?: string
  /** Topic, those within it included. */
  category?: string
  /** Items that carry all of these. */
  tags?: string[]
}

const label = z.string().min(1).max(128) // as in a manifest

const filterFields = {
  search: z.exactOptional(z.string().max(200)), // a few words; longer texts only cost the index
  category: z.exactOptional(label),
  tags: z.exactOptional(
    z.preprocess(
      (value) => (typeof value === 'string' ? value.split(',') : value),
      z.array(label).max(20), // each is one more condition
    ),
  ),
}

/** Schema of {@link ItemFilter}. Tags are repeated or joined with commas. */
export const itemFilterSchema: z.ZodType<ItemFilter> = z.strictObject(filterFields)

/** Schema of {@link ItemListQuery}. Tags are repeated or joined with commas. */
export const itemListQuerySchema: z.ZodType<ItemListQuery> = z.strictObject({
  ...filterFields,
  sort: z.enum(['popular', 'newest', 'name', 'rating', 'relevance']).default('popular'),
  // What a list orders by, in base64url: a name of 256 characters is the longest of it.
  cursor: z.exactOptional(
    z
      .string()
      .max(2048)
      .regex(/^[A-Za-z0-9_-]+$/),
  ),
  page: pageField,
  limit: limitField,
})
