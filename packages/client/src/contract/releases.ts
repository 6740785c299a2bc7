import type { JsonValue, KeyRecord, Kind, TreeFile } from '@mothership/manifest'
import * as z from 'zod'
import {
  authorIdField,
  countField,
  jsonField,
  keyIdField,
  keyRecordField,
  kindField,
  linkField,
  sha256Field,
  slugField,
  timeField,
  treeFileField,
  versionField,
} from './fields.ts'
import { type Bytes, defineOperation, type Operation } from './operation.ts'
import { type ItemVersionParams, itemVersionParamsSchema } from './paths.ts'

/** One immutable version of an item, as a list of versions shows it. */
export interface ReleaseSummary {
  kind: Kind
  slug: string
  version: string
  package_sha256: string
  package_size: number
  tree_sha256: string
  approved_at: string
}

/** Whose key signed: the author's own, one the operator keeps for the author, or the importer's. */
export type Custody = 'self' | 'operator' | 'importer'

/** One immutable version of an item, with what is needed to verify it. */
export interface Release extends ReleaseSummary {
  author_id: string
  /** The signed manifest exactly as it was received. */
  manifest: JsonValue
  /** SHA-256 of the canonical manifest with its signature. */
  manifest_sha256: string
  /** Every file of the package; its digest is the manifest's `tree_sha256`. */
  files: TreeFile[]
  /** The key that signed (and older ones of the same author). A host trusts them as its own policy says. */
  keys: KeyRecord[]
  key_id: string
  custody: Custody
  /** Where the package is, absolute or relative to the mothership. */
  package_url: string
  /** The page a person opens. */
  listing_url: string
}

/** All approved versions of an item, newest first. */
export interface ReleaseList {
  versions: ReleaseSummary[]
}

/** Request headers of a download. */
export interface DownloadHeaders {
  range?: string
  'if-range'?: string
}

const summaryFields = {
  kind: kindField,
  slug: slugField,
  version: versionField,
  package_sha256: sha256Field,
  package_size: countField,
  tree_sha256: sha256Field,
  approved_at: timeField,
}

/** Schema of {@link ReleaseList}. */
export const releaseListSchema: z.ZodType<ReleaseList> = z.object({
  versions: z.array(z.object(summaryFields)).max(1000), // a release a day for three years
})

/** Schema of {@link Release}. */
export const releaseSchema: z.ZodType<Release> = z.object({
  ...summaryFields,
  author_id: authorIdField,
  manifest: jsonField, // at most 256 KiB, which the manifest's own parser counts
  manifest_sha256: sha256Field,
  files: z.array(treeFileField).max(10_000), // the archive limit
  keys: z.array(keyRecordField).min(1).max(100), // one author's keys over the years
  key_id: keyIdField,
  custody: z.enum(['self', 'operator', 'importer']),
  package_url: linkField,
  listing_url: linkField,
})

/** Schema of {@link DownloadHeaders}. One range only: a package is resumed, not sampled. */
export const downloadHeadersSchema: z.ZodType<DownloadHeaders> = z.object({
  range: z.exactOptional(
    z
      .string()
      .max(64)
      .regex(/^bytes=(?:\d+-\d*|-\d+)$/),
  ),
  'if-range': z.exactOptional(z.string().max(128)), // a quoted SHA-256 or a date
})

/** Operations on the bytes of releases. */
export const releaseOperations: {
  readonly 'releases.download': Operation<{
    params: ItemVersionParams
    headers: DownloadHeaders
    answers: { 200: Bytes; 206: Bytes }
  }>
} = {
  'releases.download': defineOperation({
    id: 'releases.download',
    method: 'GET',
    path: '/api/v1/marketplace/releases/{category}/{slug}/{version}/package',
    summary: 'The package of a release',
    description:
      'ETag is the quoted SHA-256 of the package. Range, If-Range and HEAD are answered; Content-Length is always there.',
    auth: ['public'],
    scope: 'download',
    params: itemVersionParamsSchema,
    headers: downloadHeadersSchema,
    answers: {
      200: {
        type: 'bytes',
        description: 'The whole package',
        contentType: 'application/octet-stream',
      },
      206: {
        type: 'bytes',
        description: 'The part that was asked for',
        contentType: 'application/octet-stream',
      },
    },
    errors: ['not_found', 'range_not_satisfiable'],
  }),
}
