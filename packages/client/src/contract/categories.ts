import * as z from 'zod'
import { categoryField, countField } from './fields.ts'
import { defineOperation, type Operation } from './operation.ts'

/** One category: a kind of item and how many there are. */
export interface Category {
  /** The kind in the plural, as paths carry it: `skills`. */
  id: string
  /** The kind. A mothership may have kinds this client does not know, so it is text. */
  kind: string
  name: string
  description: string
  /** Name of an icon, or an emoji. */
  icon: string
  item_count: number
}

/** All categories of a mothership. */
export interface CategoryList {
  categories: Category[]
}

/** Schema of {@link CategoryList}. */
export const categoryListSchema: z.ZodType<CategoryList> = z.object({
  categories: z
    .array(
      z.object({
        id: categoryField,
        kind: categoryField,
        name: z.string().min(1).max(100), // a label
        description: z.string().max(1000), // a paragraph
        icon: z.string().max(100), // a name or an emoji
        item_count: countField,
      }),
    )
    .max(100), // nine are built in; a list that long is no choice any more
})

/** Operations on categories. */
export const categoryOperations: {
  readonly 'categories.list': Operation<{ answers: { 200: CategoryList } }>
} = {
  'categories.list': defineOperation({
    id: 'categories.list',
    method: 'GET',
    path: '/api/v1/marketplace/categories',
    summary: 'The categories of this mothership',
    auth: ['public'],
    scope: 'read',
    cache: 'reuse',
    answers: { 200: { type: 'json', description: 'All categories', schema: categoryListSchema } },
    errors: [],
  }),
}
