import type { JsonValue, KeyRecord, Kind, TreeFile } from '@mothership/manifest'
import * as z from 'zod'
import {
  authorIdField,
  countField,
  idField,
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
import { type Bytes, defineOperation, type Operation, type Role } from './operation.ts'
import { type ItemVersionParams, itemVersionParamsSchema } from './paths.ts'
import { type Channel, channelField } from './submissions.ts'

/** One immutable version of an item, as a list of versions shows it. */
export interface ReleaseSummary {
  kind: Kind
  slug: string
  version: string
  package_sha256: string
  package_size: number
  tree_sha256: string
  approved_at: string
  /** `deprecated`: better not begin with it. `yanked`: withdrawn, and its package is served no more. */
  status: ReleaseStatus
  /** Why it is not active; hosts show it. */
  status_reason: string | null
  channel: Channel
  /** Lowest version of a host that can take it, as its manifest says. */
  min_host_version: string | null
}

/** Whether a release may be had. */
export type ReleaseStatus = 'active' | 'deprecated' | 'yanked'

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
  /** The author's words on what is new. */
  release_notes: string | null
  /**
   * The mothership's signed statement that it approved exactly this: `releaseRecord.verify` of
   * `@mothership/manifest/documents` with the keys of `releases.keys`. Null for what was approved before there were any.
   */
  record: JsonValue | null
  /** Where the package is, absolute or relative to the mothership. */
  package_url: string
  /** The page a person opens. */
  listing_url: string
}

/** All approved versions of an item, newest first. */
export interface ReleaseList {
  versions: ReleaseSummary[]
}

/** Body that takes a release back, or advises against it; hosts show the reason. */
export interface ReleaseReason {
  reason: string
}

/** The keys a mothership signs release records and revocation lists with, oldest first. */
export interface MothershipKeys {
  mothership_id: string
  keys: KeyRecord[]
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
  status: z.enum(['active', 'deprecated', 'yanked']),
  status_reason: z.string().max(1024).nullable(), // a paragraph, as in a revocation list
  channel: channelField,
  min_host_version: versionField.nullable(),
}

/** Schema of {@link ReleaseSummary}. */
export const releaseSummarySchema: z.ZodType<ReleaseSummary> = z.object(summaryFields)

/** Schema of {@link ReleaseReason}. */
export const releaseReasonSchema: z.ZodType<ReleaseReason> = z.strictObject({
  reason: z.string().min(1).max(1024).regex(/\S/), // a paragraph, as in a revocation list
})

/** Schema of {@link MothershipKeys}. */
export const mothershipKeysSchema: z.ZodType<MothershipKeys> = z.object({
  mothership_id: idField,
  keys: z.array(keyRecordField).max(100), // one a rotation
})

/** Schema of {@link ReleaseList}. */
export const releaseListSchema: z.ZodType<ReleaseList> = z.object({
  versions: z.array(releaseSummarySchema).max(1000), // a release a day for three years
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
  release_notes: z.string().max(16_384).nullable(), // as in a submission
  record: jsonField.nullable(), // a few hundred bytes, which its own schema bounds
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

/** A signed document exactly as it was made, to be verified by its own definition. */
export interface SignedDocument {
  document: string
  signature: JsonValue
  [field: string]: JsonValue
}

const signedField: z.ZodType<SignedDocument> = z
  .object({ document: z.string().max(64), signature: jsonField })
  .catchall(jsonField) // what a document is called

const releaseRoles: readonly Role[] = ['publisher', 'moderator', 'admin', 'operator']

/** Operations on releases and their bytes. */
export const releaseOperations: {
  readonly 'releases.download': Operation<{
    params: ItemVersionParams
    headers: DownloadHeaders
    answers: { 200: Bytes; 206: Bytes }
  }>
  readonly 'releases.yank': Operation<{
    params: ItemVersionParams
    body: ReleaseReason
    answers: { 200: ReleaseSummary }
  }>
  readonly 'releases.deprecate': Operation<{
    params: ItemVersionParams
    body: ReleaseReason
    answers: { 200: ReleaseSummary }
  }>
  readonly 'releases.restore': Operation<{
    params: ItemVersionParams
    answers: { 200: ReleaseSummary }
  }>
  readonly 'releases.keys': Operation<{ answers: { 200: MothershipKeys } }>
  readonly 'revocations.get': Operation<{ answers: { 200: SignedDocument } }>
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
    errors: ['not_found', 'release_yanked', 'range_not_satisfiable'],
  }),
  'releases.yank': defineOperation({
    id: 'releases.yank',
    method: 'POST',
    path: '/api/v1/releases/{category}/{slug}/{version}/yank',
    summary: 'Withdraw a release for good: no lists, no package, an entry in the revocation list',
    auth: releaseRoles,
    scope: 'publish',
    own: ['publisher'],
    params: itemVersionParamsSchema,
    body: { type: 'json', schema: releaseReasonSchema },
    answers: { 200: { type: 'json', description: 'Yanked', schema: releaseSummarySchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'release_yanked'],
  }),
  'releases.deprecate': defineOperation({
    id: 'releases.deprecate',
    method: 'POST',
    path: '/api/v1/releases/{category}/{slug}/{version}/deprecate',
    summary: 'Advise against a release that may still be had',
    auth: releaseRoles,
    scope: 'publish',
    own: ['publisher'],
    params: itemVersionParamsSchema,
    body: { type: 'json', schema: releaseReasonSchema },
    answers: { 200: { type: 'json', description: 'Deprecated', schema: releaseSummarySchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'release_yanked'],
  }),
  'releases.restore': defineOperation({
    id: 'releases.restore',
    method: 'POST',
    path: '/api/v1/releases/{category}/{slug}/{version}/restore',
    summary: 'End a deprecation',
    auth: releaseRoles,
    scope: 'publish',
    own: ['publisher'],
    params: itemVersionParamsSchema,
    answers: { 200: { type: 'json', description: 'Active', schema: releaseSummarySchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'release_yanked'],
  }),
  'releases.keys': defineOperation({
    id: 'releases.keys',
    method: 'GET',
    path: '/api/v1/marketplace/releases/keys',
    summary: 'The keys this mothership signs release records and revocation lists with',
    auth: ['public'],
    scope: 'read',
    answers: { 200: { type: 'json', description: 'The keys', schema: mothershipKeysSchema } },
    errors: [],
  }),
  'revocations.get': defineOperation({
    id: 'revocations.get',
    method: 'GET',
    path: '/api/v1/marketplace/revocations',
    summary: 'Everything this mothership has withdrawn, signed, with the moment it expires',
    description:
      'A `revocation_list` of `@mothership/manifest/documents`. Its sequence grows; refuse a lower one than you have seen, and one that expired.',
    auth: ['public'],
    scope: 'read',
    answers: {
      200: {
        type: 'json',
        description: 'The list, to be verified as received',
        schema: signedField,
      },
    },
    errors: [],
  }),
}
