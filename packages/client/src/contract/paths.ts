import * as z from 'zod'
import { categoryField, slugField, versionField } from './fields.ts'

/** Path parameters of a category. */
export interface CategoryParams {
  /** A kind in the plural: `skills`. */
  category: string
}

/** Path parameters of an item. */
export interface ItemParams extends CategoryParams {
  slug: string
}

/** Path parameters of one version of an item. */
export interface ItemVersionParams extends ItemParams {
  version: string
}

/** Schema of {@link CategoryParams}. */
export const categoryParamsSchema: z.ZodType<CategoryParams> = z.strictObject({
  category: categoryField,
})

/** Schema of {@link ItemParams}. */
export const itemParamsSchema: z.ZodType<ItemParams> = z.strictObject({
  category: categoryField,
  slug: slugField,
})

/** Schema of {@link ItemVersionParams}. */
export const itemVersionParamsSchema: z.ZodType<ItemVersionParams> = z.strictObject({
  category: categoryField,
  slug: slugField,
  version: versionField,
})
