import * as z from 'zod'
import {
  authorIdSchema,
  sha256Schema,
  slugSchema,
  timeSchema,
  versionSchema,
} from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'
import { signatureSchema } from '../manifest/schema.ts'
import { defineDocument, type DocumentDefinition, type Signed } from './signed-document.ts'

/** A mothership vouches that it approved exactly this release, at that moment. */
export interface ReleaseRecord {
  schema_version: '1.0'
  document: 'release_record'
  mothership_id: string
  kind: string
  slug: string
  version: string
  /** SHA-256 of the manifest with its signature. */
  manifest_sha256: string
  package_sha256: string
  package_size: number
  tree_sha256: string
  /** The key that signed the manifest. */
  key_id: string
  /** Who holds that key: the author, the operator for the author, or the importer. */
  custody: 'self' | 'operator' | 'importer'
  approved_at: string
  /** Where it came from and when, for imports. */
  imported_at?: string
  /** Its place in the transparency log, once there is one. */
  log?: { log_id: string; index: number }
}

const signedSchema: () => z.ZodType<Signed<ReleaseRecord>> = once(() =>
  z.strictObject({
    schema_version: z.literal('1.0'),
    document: z.literal('release_record'),
    mothership_id: authorIdSchema(),
    kind: z.string().regex(/^[a-z][a-z0-9_]{0,31}$/),
    slug: slugSchema(),
    version: versionSchema(),
    manifest_sha256: sha256Schema(),
    package_sha256: sha256Schema(),
    package_size: z.int().min(1),
    tree_sha256: sha256Schema(),
    key_id: z.string().length(43),
    custody: z.enum(['self', 'operator', 'importer']),
    approved_at: timeSchema(),
    imported_at: timeSchema().exactOptional(),
    log: z
      .strictObject({ log_id: z.string().min(1).max(128), index: z.int().min(0) })
      .exactOptional(),
    signature: signatureSchema(),
  }),
)

/** Release records: signed with the mothership's release key, which is judged at `approved_at`. */
export const releaseRecord: DocumentDefinition<ReleaseRecord> = defineDocument({
  type: 'release_record',
  schema: signedSchema,
  owner: (document) => document.mothership_id,
  judgedAt: (document) => document.approved_at,
})
