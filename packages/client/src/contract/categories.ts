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

/** A topic of items, within another one or at the top. */
export interface Topic {
  id: string
  parent_id: string | null
  name: string
  icon: string
  sort_order: number
  /** Items of every kind, those of the topics within it included. */
  item_count: number
}

/** All topics, in the order people should meet them. */
export interface TopicList {
  topics: Topic[]
}

/** Schema of {@link TopicList}. */
export const topicListSchema: z.ZodType<TopicList> = z.object({
  topics: z
    .array(
      z.object({
        id: z.string().min(1).max(128), // as in a manifest
        parent_id: z.string().min(1).max(128).nullable(),
        name: z.string().min(1).max(100), // a label
        icon: z.string().max(100), // a name or an emoji
        sort_order: z.int(),
        item_count: countField,
      }),
    )
    .max(1000), // a list that long is no choice any more
})

/** Operations on categories. */
export const categoryOperations: {
  readonly 'categories.list': Operation<{ answers: { 200: CategoryList } }>
  readonly 'topics.list': Operation<{ answers: { 200: TopicList } }>
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
  'topics.list': defineOperation({
    id: 'topics.list',
    method: 'GET',
    path: '/api/v1/marketplace/categories/topics',
    summary: 'The topics of this mothership, each with the one it lies in',
    auth: ['public'],
    scope: 'read',
    cache: 'reuse',
    answers: { 200: { type: 'json', description: 'All topics', schema: topicListSchema } },
    errors: [],
  }),
}
