import * as z from 'zod'
import {
  countField,
  idField,
  type PageAnswer,
  pageAnswerFields,
  type PageQuery,
  pageQuerySchema,
  timeField,
} from './fields.ts'
import { defineOperation, type Operation, type Role } from './operation.ts'
import { type ItemParams, itemParamsSchema } from './paths.ts'

/** What somebody thinks of an item: one for each account or credential, changed by rating again. */
export interface Rating {
  /** 1 to 5. */
  rating: number
  /** A few words; absent or null for none. */
  review?: string | null
}

/** A rating as everybody reads it. */
export interface Review {
  /** The same for all reviews of one rater, and nothing else is told of them. */
  reviewer: string
  rating: number
  review: string | null
  created_at: string
  updated_at: string
}

/** Mean and number of an item's ratings. */
export interface RatingSummary {
  /** Null while nobody has rated. */
  rating_average: number | null
  rating_count: number
}

/** One page of reviews, the newest first. */
export interface ReviewList extends PageAnswer, RatingSummary {
  reviews: Review[]
}

/** Body that tells of an install. */
export interface Install {
  version?: string
}

/** What an install or its end came to. */
export interface InstallReceipt {
  /** Whether it changed anything: the same installer counts once for an item. */
  counted: boolean
  install_count: number
}

const stars = z.int().min(1).max(5)
const words = z.string().max(4096) // a few paragraphs

/** Schema of {@link Rating}. */
export const ratingSchema: z.ZodType<Rating> = z.strictObject({
  rating: stars,
  review: z.exactOptional(words.nullable()),
})

const summaryFields = {
  rating_average: z.number().min(1).max(5).nullable(),
  rating_count: countField,
}

/** Schema of {@link RatingSummary}. */
export const ratingSummarySchema: z.ZodType<RatingSummary> = z.object(summaryFields)

/** Schema of {@link ReviewList}. */
export const reviewListSchema: z.ZodType<ReviewList> = z.object({
  reviews: z
    .array(
      z.object({
        reviewer: idField,
        rating: stars,
        review: words.nullable(),
        created_at: timeField,
        updated_at: timeField,
      }),
    )
    .max(100), // the largest page
  ...summaryFields,
  ...pageAnswerFields,
})

/** Schema of {@link Install}. */
export const installSchema: z.ZodType<Install> = z.strictObject({
  version: z.exactOptional(z.string().min(1).max(128)), // as in a manifest
})

/** Schema of {@link InstallReceipt}. */
export const installReceiptSchema: z.ZodType<InstallReceipt> = z.object({
  counted: z.boolean(),
  install_count: countField,
})

const anybodyKnown: readonly Role[] = [
  'satellite',
  'user',
  'publisher',
  'moderator',
  'admin',
  'operator',
]

/** Operations of those who use items. */
export const reviewOperations: {
  readonly 'reviews.list': Operation<{
    params: ItemParams
    query: PageQuery
    answers: { 200: ReviewList }
  }>
  readonly 'reviews.rate': Operation<{
    params: ItemParams
    body: Rating
    answers: { 200: RatingSummary }
  }>
  readonly 'reviews.remove': Operation<{ params: ItemParams; answers: { 200: RatingSummary } }>
  readonly 'items.install': Operation<{
    params: ItemParams
    body: Install
    answers: { 200: InstallReceipt }
  }>
  readonly 'items.uninstall': Operation<{
    params: ItemParams
    answers: { 200: InstallReceipt }
  }>
} = {
  'reviews.list': defineOperation({
    id: 'reviews.list',
    method: 'GET',
    path: '/api/v1/marketplace/{category}/items/{slug}/reviews',
    summary: 'Ratings of an item with their words, the newest first',
    auth: ['public'],
    scope: 'read',
    params: itemParamsSchema,
    query: pageQuerySchema,
    answers: { 200: { type: 'json', description: 'One page', schema: reviewListSchema } },
    errors: ['not_found'],
  }),
  'reviews.rate': defineOperation({
    id: 'reviews.rate',
    method: 'PUT',
    path: '/api/v1/marketplace/{category}/items/{slug}/rating',
    summary: 'Rate an item; rating again changes one’s rating',
    auth: anybodyKnown,
    scope: 'usage',
    own: anybodyKnown,
    params: itemParamsSchema,
    body: { type: 'json', schema: ratingSchema },
    answers: { 200: { type: 'json', description: 'Rated', schema: ratingSummarySchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  'reviews.remove': defineOperation({
    id: 'reviews.remove',
    method: 'DELETE',
    path: '/api/v1/marketplace/{category}/items/{slug}/rating',
    summary: 'Take one’s rating back',
    auth: anybodyKnown,
    scope: 'usage',
    own: anybodyKnown,
    params: itemParamsSchema,
    answers: { 200: { type: 'json', description: 'Gone', schema: ratingSummarySchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  'items.install': defineOperation({
    id: 'items.install',
    method: 'POST',
    path: '/api/v1/marketplace/{category}/items/{slug}/install',
    summary: 'Tell that an item was installed; the same installer counts once',
    auth: anybodyKnown,
    scope: 'usage',
    idempotent: true,
    params: itemParamsSchema,
    body: { type: 'json', schema: installSchema },
    answers: { 200: { type: 'json', description: 'Counted', schema: installReceiptSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  'items.uninstall': defineOperation({
    id: 'items.uninstall',
    method: 'POST',
    path: '/api/v1/marketplace/{category}/items/{slug}/uninstall',
    summary: 'Tell that an item was removed; its install stays counted',
    auth: anybodyKnown,
    scope: 'usage',
    idempotent: true,
    params: itemParamsSchema,
    answers: { 200: { type: 'json', description: 'Noted', schema: installReceiptSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
}
