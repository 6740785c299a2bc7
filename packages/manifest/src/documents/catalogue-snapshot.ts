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

/** One release of a catalogue. */
export interface SnapshotItem {
  kind: string
  slug: string
  version: string
  name: string
  description: string
  manifest_sha256: string
  package_sha256: string
  package_size: number
  tree_sha256: string
  approved_at: string
  category?: string
  tags?: string[]
  /** Bytes of an item with no-redistribution terms are in no mirror; its listing is. */
  redistributable?: boolean
}

/** A catalogue at one moment, or what changed since another. */
export interface CatalogueSnapshot {
  schema_version: '1.0'
  document: 'catalogue_snapshot'
  mothership_id: string
  sequence: number
  /** Given for a delta: the sequence it builds on. */
  base_sequence?: number
  issued_at: string
  expires_at: string
  items: SnapshotItem[]
  /** In a delta: what is gone. */
  removed?: { kind: string; slug: string; version: string }[]
}

const kindSchema = once(() => z.string().regex(/^[a-z][a-z0-9_]{0,31}$/))
const itemSchema: () => z.ZodType<SnapshotItem> = once(() =>
  z.strictObject({
    kind: kindSchema(),
    slug: slugSchema(),
    version: versionSchema(),
    name: z.string().min(1).max(256),
    description: z.string().max(8192),
    manifest_sha256: sha256Schema(),
    package_sha256: sha256Schema(),
    package_size: z.int().min(1),
    tree_sha256: sha256Schema(),
    approved_at: timeSchema(),
    category: z.string().max(128).exactOptional(),
    tags: z.array(z.string().max(128)).max(128).exactOptional(),
    redistributable: z.boolean().exactOptional(),
  }),
)
const signedSchema: () => z.ZodType<Signed<CatalogueSnapshot>> = once(() =>
  z.strictObject({
    schema_version: z.literal('1.0'),
    document: z.literal('catalogue_snapshot'),
    mothership_id: authorIdSchema(),
    sequence: z.int().min(0),
    base_sequence: z.int().min(0).exactOptional(),
    issued_at: timeSchema(),
    expires_at: timeSchema(),
    items: z.array(itemSchema()).max(1_000_000),
    removed: z
      .array(z.strictObject({ kind: kindSchema(), slug: slugSchema(), version: versionSchema() }))
      .max(1_000_000)
      .exactOptional(),
    signature: signatureSchema(),
  }),
)

/** Catalogue snapshots: refused as `stale` after their end, as `rolled_back` below a sequence already seen. */
export const catalogueSnapshot: DocumentDefinition<CatalogueSnapshot> = defineDocument({
  type: 'catalogue_snapshot',
  schema: signedSchema,
  owner: (document) => document.mothership_id,
  expiresAt: (document) => document.expires_at,
  sequence: (document) => document.sequence,
})
