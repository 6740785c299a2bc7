import * as z from 'zod'
import { limitField, pageField } from './fields.ts'

/** Order of a list: by installs and downloads, by publication, by name. */
export type ItemSort = 'popular' | 'newest' | 'name'

/** Query of a list of items. */
export interface ItemListQuery {
  search?: string
  category?: string
  /** Items that carry all of these. */
  tags?: string[]
  sort: ItemSort
  page: number
  limit: number
}

const label = z.string().min(1).max(128) // as in a manifest

/** Schema of {@link ItemListQuery}. Tags are repeated or joined with commas. */
export const itemListQuerySchema: z.ZodType<ItemListQuery> = z.strictObject({
  search: z.exactOptional(z.string().max(200)), // a few words; longer texts only cost the index
  category: z.exactOptional(label),
  tags: z.exactOptional(
    z.preprocess(
      (value) => (typeof value === 'string' ? value.split(',') : value),
      z.array(label).max(20), // each is one more condition
    ),
  ),
  sort: z.enum(['popular', 'newest', 'name']).default('popular'),
  page: pageField,
  limit: limitField,
})
