import * as z from 'zod'
import type { JsonObject } from '../json/json-value.ts'
import { jsonObjectSchema, lineSchema, listSchema, packagePathSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** A value of the host's data that a widget shows. */
export interface WidgetBinding {
  /** Under which name the widget sees it. */
  name: string
  /** The scope it is read from, as in `data:read.SCOPE`. */
  scope: string
  query?: JsonObject
}

/** What a dashboard widget is made of. */
export interface WidgetContent {
  /** The module that renders it. */
  entry: string
  data?: WidgetBinding[]
  refresh_seconds?: number
  /** Grid cells it wants. */
  size?: { columns: number; rows: number }
  styles?: string[]
  settings_schema?: JsonObject
  preview?: string
}

const scopeSchema = once(() => z.string().regex(/^[a-z0-9_]+(?:\.[a-z0-9_]+)*$/))
const bindingSchema: () => z.ZodType<WidgetBinding> = once(() =>
  z.strictObject({
    name: lineSchema(128),
    scope: scopeSchema(),
    query: jsonObjectSchema().exactOptional(),
  }),
)
const cellsSchema = once(() => z.int().min(1).max(48))

/** Schema of a widget's content. */
export const widgetContentSchema: () => z.ZodType<WidgetContent> = once(() =>
  z.strictObject({
    entry: packagePathSchema(),
    data: listSchema(bindingSchema(), 64).exactOptional(),
    refresh_seconds: z.int().min(1).max(86_400).exactOptional(),
    size: z.strictObject({ columns: cellsSchema(), rows: cellsSchema() }).exactOptional(),
    styles: listSchema(packagePathSchema(), 64).exactOptional(),
    settings_schema: jsonObjectSchema().exactOptional(),
    preview: packagePathSchema().exactOptional(),
  }),
)
