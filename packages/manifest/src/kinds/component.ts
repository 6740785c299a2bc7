import * as z from 'zod'
import type { JsonObject } from '../json/json-value.ts'
import {
  jsonObjectSchema,
  lineSchema,
  listSchema,
  mapSchema,
  packagePathSchema,
} from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** What a canvas component is made of. */
export interface ComponentContent {
  /** The module that renders it. */
  entry: string
  /** How the entry is written; absent means plain JavaScript. */
  framework?: string
  /** Packages the entry imports, with version ranges. */
  js_dependencies?: Record<string, string>
  /** Stylesheets it needs: paths of the package or package names. */
  css_dependencies?: string[]
  /** JSON Schema of its properties. */
  props_schema?: JsonObject
  events?: string[]
  size?: { width: number; height: number }
  preview?: string
}

const pixelsSchema = once(() => z.int().min(1).max(16_384))

/** Schema of a component's content. */
export const componentContentSchema: () => z.ZodType<ComponentContent> = once(() =>
  z.strictObject({
    entry: packagePathSchema(),
    framework: lineSchema(64).exactOptional(),
    js_dependencies: mapSchema(
      /^(?:@[a-z0-9][a-z0-9._-]*\/)?[a-z0-9][a-z0-9._-]*$/,
      lineSchema(128),
    ).exactOptional(),
    css_dependencies: listSchema(lineSchema(256), 64).exactOptional(),
    props_schema: jsonObjectSchema().exactOptional(),
    events: listSchema(lineSchema(128), 128).exactOptional(),
    size: z.strictObject({ width: pixelsSchema(), height: pixelsSchema() }).exactOptional(),
    preview: packagePathSchema().exactOptional(),
  }),
)
