import * as z from 'zod'
import { lineSchema, listSchema, mapSchema, packagePathSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** What a theme is made of: custom properties and the files they refer to. */
export interface ThemeContent {
  /** CSS custom properties, names with their two dashes. */
  variables: Record<string, string>
  /** The same for dark surroundings. */
  dark_variables?: Record<string, string>
  /** Stylesheets of the package that hold custom properties only. */
  stylesheets?: string[]
  assets?: string[]
  color_scheme?: 'light' | 'dark' | 'both'
  extends?: string
  preview?: string
}

/** A value cannot end its declaration or its block, nor load anything from elsewhere. */
const valueSchema = once(() =>
  z
    .string()
    .max(1024)
    .regex(
      /^(?!.*(?:url\(\s*['"]?\s*(?:https?:|\/\/|data:|javascript:)|expression\(|@import))[^;{}<>\\\r\n]*$/i,
    ),
)
const variablesSchema = once(() => mapSchema(/^--[A-Za-z0-9_-]{1,126}$/, valueSchema()))

/** Schema of a theme's content. */
export const themeContentSchema: () => z.ZodType<ThemeContent> = once(() =>
  z.strictObject({
    variables: variablesSchema(),
    dark_variables: variablesSchema().exactOptional(),
    stylesheets: listSchema(packagePathSchema(), 64).exactOptional(),
    assets: listSchema(packagePathSchema(), 1000).exactOptional(),
    color_scheme: z.enum(['light', 'dark', 'both']).exactOptional(),
    extends: lineSchema(128).exactOptional(),
    preview: packagePathSchema().exactOptional(),
  }),
)
