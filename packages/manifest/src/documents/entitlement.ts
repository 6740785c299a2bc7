import * as z from 'zod'
import { authorIdSchema, rangeSchema, slugSchema, timeSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'
import { signatureSchema } from '../manifest/schema.ts'
import { defineDocument, type DocumentDefinition, type Signed } from './signed-document.ts'

/** The right of a user or workspace to versions of items, as a mothership states it for use offline. */
export interface EntitlementDocument {
  schema_version: '1.0'
  document: 'entitlement'
  mothership_id: string
  entitlement_id: string
  holder: { type: 'user' | 'workspace'; id: string }
  items: { kind: string; slug: string }[]
  policy: 'one_time_major' | 'subscription_updates' | 'updates_until'
  status: 'active' | 'past_due' | 'inactive' | 'revoked'
  /** Versions the holder may download. */
  versions: string
  updates_until?: string
  issued_at: string
  /** The statement, not the right, ends here: ask again. */
  expires_at: string
}

const signedSchema: () => z.ZodType<Signed<EntitlementDocument>> = once(() =>
  z.strictObject({
    schema_version: z.literal('1.0'),
    document: z.literal('entitlement'),
    mothership_id: authorIdSchema(),
    entitlement_id: z.string().min(1).max(128),
    holder: z.strictObject({ type: z.enum(['user', 'workspace']), id: z.string().min(1).max(128) }),
    items: z
      .array(
        z.strictObject({ kind: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/), slug: slugSchema() }),
      )
      .min(1)
      .max(1000),
    policy: z.enum(['one_time_major', 'subscription_updates', 'updates_until']),
    status: z.enum(['active', 'past_due', 'inactive', 'revoked']),
    versions: rangeSchema(),
    updates_until: timeSchema().exactOptional(),
    issued_at: timeSchema(),
    expires_at: timeSchema(),
    signature: signatureSchema(),
  }),
)

/** Entitlement documents: refused as `stale` after their end. */
export const entitlementDocument: DocumentDefinition<EntitlementDocument> = defineDocument({
  type: 'entitlement',
  schema: signedSchema,
  owner: (document) => document.mothership_id,
  expiresAt: (document) => document.expires_at,
})
