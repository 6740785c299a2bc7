import * as z from 'zod'
import { authorIdSchema, slugSchema, timeSchema, versionSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'
import { signatureSchema } from '../manifest/schema.ts'
import { defineDocument, type DocumentDefinition, type Signed } from './signed-document.ts'

/** Something that is withdrawn, and why a host is told so. */
export type Revocation =
  | { type: 'key'; key_id: string; revoked_at: string; compromised_since?: string; reason: string }
  | {
      type: 'release'
      kind: string
      slug: string
      version: string
      revoked_at: string
      reason: string
    }
  | { type: 'entitlement'; entitlement_id: string; revoked_at: string; reason: string }
  | { type: 'publisher'; author_id: string; revoked_at: string; reason: string }

/** Everything a mothership has withdrawn, complete at its moment of issue. */
export interface RevocationList {
  schema_version: '1.0'
  document: 'revocation_list'
  mothership_id: string
  /** Grows with every list; a host refuses a lower one than it has seen. */
  sequence: number
  issued_at: string
  /** After this moment the list says nothing any more: fetch a new one. */
  expires_at: string
  revocations: Revocation[]
}

const commonShape = once(() => ({ revoked_at: timeSchema(), reason: z.string().min(1).max(1024) }))
const revocationSchema: () => z.ZodType<Revocation> = once(() =>
  z.discriminatedUnion('type', [
    z.strictObject({
      type: z.literal('key'),
      key_id: z.string().length(43),
      compromised_since: timeSchema().exactOptional(),
      ...commonShape(),
    }),
    z.strictObject({
      type: z.literal('release'),
      kind: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
      slug: slugSchema(),
      version: versionSchema(),
      ...commonShape(),
    }),
    z.strictObject({
      type: z.literal('entitlement'),
      entitlement_id: z.string().min(1).max(128),
      ...commonShape(),
    }),
    z.strictObject({ type: z.literal('publisher'), author_id: authorIdSchema(), ...commonShape() }),
  ]),
)

const signedSchema: () => z.ZodType<Signed<RevocationList>> = once(() =>
  z.strictObject({
    schema_version: z.literal('1.0'),
    document: z.literal('revocation_list'),
    mothership_id: authorIdSchema(),
    sequence: z.int().min(0),
    issued_at: timeSchema(),
    expires_at: timeSchema(),
    revocations: z.array(revocationSchema()).max(1_000_000),
    signature: signatureSchema(),
  }),
)

/** Revocation lists: refused as `stale` after their end, as `rolled_back` below a sequence already seen. */
export const revocationList: DocumentDefinition<RevocationList> = defineDocument({
  type: 'revocation_list',
  schema: signedSchema,
  owner: (document) => document.mothership_id,
  expiresAt: (document) => document.expires_at,
  sequence: (document) => document.sequence,
})
