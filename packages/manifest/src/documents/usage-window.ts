import * as z from 'zod'
import { authorIdSchema, slugSchema, timeSchema, versionSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'
import { signatureSchema } from '../manifest/schema.ts'
import { defineDocument, type DocumentDefinition, type Signed } from './signed-document.ts'

/** How often one release ran in one window. */
export interface UsageEntry {
  kind: string
  slug: string
  version: string
  executions: number
  successes: number
  failures: number
}

/** What a satellite reports for one span of time; the same window counts once, however often it arrives. */
export interface UsageWindow {
  schema_version: '1.0'
  document: 'usage_window'
  instance_id: string
  window_id: string
  started_at: string
  ended_at: string
  entries: UsageEntry[]
}

const countSchema = once(() => z.int().min(0).max(1_000_000_000_000))
const signedSchema: () => z.ZodType<Signed<UsageWindow>> = once(() =>
  z.strictObject({
    schema_version: z.literal('1.0'),
    document: z.literal('usage_window'),
    instance_id: authorIdSchema(),
    window_id: z.string().min(1).max(128),
    started_at: timeSchema(),
    ended_at: timeSchema(),
    entries: z
      .array(
        z.strictObject({
          kind: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
          slug: slugSchema(),
          version: versionSchema(),
          executions: countSchema(),
          successes: countSchema(),
          failures: countSchema(),
        }),
      )
      .max(100_000),
    signature: signatureSchema(),
  }),
)

/** Usage windows: signed with the key a satellite registered; judged at the window's end. */
export const usageWindow: DocumentDefinition<UsageWindow> = defineDocument({
  type: 'usage_window',
  schema: signedSchema,
  owner: (document) => document.instance_id,
  judgedAt: (document) => document.ended_at,
})
