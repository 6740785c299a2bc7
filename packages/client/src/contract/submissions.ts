import { type JsonValue, type Kind, maxManifestBytes } from '@mothership/manifest'
import * as z from 'zod'
import {
  authorIdField,
  countField,
  idField,
  jsonField,
  keyIdField,
  kindField,
  limitField,
  type PageAnswer,
  pageAnswerFields,
  pageField,
  sha256Field,
  slugField,
  timeField,
  versionField,
} from './fields.ts'
import { type Bytes, defineOperation, type Operation } from './operation.ts'

/** What a scan or a check found in a submission. */
export interface Finding {
  severity: 'error' | 'warning' | 'info'
  /** Name of the rule that found it. */
  rule: string
  message: string
  file: string | null
  line: number | null
  /** The beginning of what was found, at most 200 characters. */
  excerpt?: string
}

/**
 * Where a submission stands. `flagged`: kept out of the catalogue until somebody looks again; `withdrawn`: its author
 * took it back.
 */
export type SubmissionStatus = 'pending' | 'flagged' | 'approved' | 'rejected' | 'withdrawn'

/** Every status of a submission. */
export const submissionStatuses: readonly SubmissionStatus[] = [
  'pending',
  'flagged',
  'approved',
  'rejected',
  'withdrawn',
]

/** Whether the scan has looked at a submission: one that it has not is never approved. */
export type ScanStatus = 'completed' | 'failed'

/** Which releases a host follows. */
export type Channel = 'stable' | 'beta'

/** A release that waits for moderation, or whose moderation is done. */
export interface Submission {
  id: string
  kind: Kind
  slug: string
  version: string
  name: string
  author_id: string
  status: SubmissionStatus
  /** Grows with every change; a moderator who names the one they saw decides on nothing else. */
  revision: number
  scan_status: ScanStatus
  channel: Channel
  release_notes: string | null
  /** The rejected or withdrawn submission of the same version that this one follows. */
  previous_id: string | null
  key_id: string
  manifest_sha256: string
  package_sha256: string
  package_size: number
  tree_sha256: string
  permissions: string[]
  findings: Finding[]
  submitted_at: string
  decided_at: string | null
  /** Who decided: a name of the mothership's own. */
  decided_by: string | null
  /** The moderator's note; the reason, when rejected. */
  note: string | null
}

/** Query of one's own submissions. */
export interface SubmissionsQuery {
  /** Default: every status. */
  status?: SubmissionStatus
  page: number
  limit: number
}

/** One page of submissions. */
export interface SubmissionList extends PageAnswer {
  submissions: Submission[]
}

/** Body that changes what stands beside the manifest, while nobody has decided. */
export interface SubmissionUpdate {
  channel?: Channel
  release_notes?: string | null
}

/** Path parameters of a submission. */
export interface SubmissionParams {
  id: string
}

/** The two parts of a submission. */
export interface SubmissionParts {
  manifest: JsonValue
  package: Bytes
}

/** Longest package: 50 MiB, as the archive reader has it by default. */
export const maxPackageBytes = 52_428_800

const releaseNotes = z.string().max(16_384) // a long changelog entry

/** Schema of a status of a submission. */
export const submissionStatusField: z.ZodType<SubmissionStatus> = z.enum(submissionStatuses)

/** Schema of a channel. */
export const channelField: z.ZodType<Channel> = z.enum(['stable', 'beta'])

/** Schema of {@link Submission}. */
export const submissionSchema: z.ZodType<Submission> = z.object({
  id: idField,
  kind: kindField,
  slug: slugField,
  version: versionField,
  name: z.string().max(256), // as in a manifest
  author_id: authorIdField,
  status: submissionStatusField,
  revision: countField,
  scan_status: z.enum(['completed', 'failed']),
  channel: channelField,
  release_notes: releaseNotes.nullable(),
  previous_id: idField.nullable(),
  key_id: keyIdField,
  manifest_sha256: sha256Field,
  package_sha256: sha256Field,
  package_size: countField,
  tree_sha256: sha256Field,
  permissions: z.array(z.string().max(512)).max(256), // as in a manifest
  findings: z
    .array(
      z.object({
        severity: z.enum(['error', 'warning', 'info']),
        rule: z.string().max(100), // a name
        message: z.string().max(1024), // a sentence or two
        file: z.string().max(1024).nullable(), // as long as a path in a package
        line: z.int().min(1).nullable(),
        excerpt: z.exactOptional(z.string().max(200)), // a line, cut
      }),
    )
    .max(1000), // a reviewer reads no more
  submitted_at: timeField,
  decided_at: timeField.nullable(),
  decided_by: z.string().max(128).nullable(), // a name
  note: z.string().max(4096).nullable(), // a few paragraphs
})

/** Schema of {@link SubmissionParams}. */
export const submissionParamsSchema: z.ZodType<SubmissionParams> = z.strictObject({ id: idField })

/** Schema of {@link SubmissionsQuery}. */
export const submissionsQuerySchema: z.ZodType<SubmissionsQuery> = z.strictObject({
  status: z.exactOptional(submissionStatusField),
  page: pageField,
  limit: limitField,
})

/** Schema of {@link SubmissionList}. */
export const submissionListSchema: z.ZodType<SubmissionList> = z.object({
  submissions: z.array(submissionSchema).max(100), // the largest page
  ...pageAnswerFields,
})

/** Schema of {@link SubmissionUpdate}. */
export const submissionUpdateSchema: z.ZodType<SubmissionUpdate> = z.strictObject({
  channel: z.exactOptional(channelField),
  release_notes: z.exactOptional(releaseNotes.nullable()),
})

/** Operations of publishers on what they submit. */
export const submissionOperations: {
  readonly 'submissions.create': Operation<{
    parts: SubmissionParts
    answers: { 201: Submission }
  }>
  readonly 'submissions.get': Operation<{
    params: SubmissionParams
    answers: { 200: Submission }
  }>
  readonly 'submissions.list': Operation<{
    query: SubmissionsQuery
    answers: { 200: SubmissionList }
  }>
  readonly 'submissions.update': Operation<{
    params: SubmissionParams
    body: SubmissionUpdate
    answers: { 200: Submission }
  }>
  readonly 'submissions.withdraw': Operation<{
    params: SubmissionParams
    answers: { 200: Submission }
  }>
} = {
  'submissions.create': defineOperation({
    id: 'submissions.create',
    method: 'POST',
    path: '/api/v1/submissions',
    summary: 'Submit a signed manifest and its package for moderation',
    auth: ['publisher'],
    scope: 'publish',
    body: {
      type: 'multipart',
      parts: {
        manifest: { type: 'json', schema: jsonField, maxBytes: maxManifestBytes },
        package: {
          type: 'file',
          contentTypes: ['application/gzip', 'application/zip', 'application/octet-stream'],
          maxBytes: maxPackageBytes,
        },
      },
    },
    answers: {
      201: { type: 'json', description: 'The submission, pending', schema: submissionSchema },
    },
    errors: [
      'unauthenticated',
      'forbidden',
      'namespace_not_owned',
      'request_timeout',
      'version_exists',
      'payload_too_large',
      'unsupported_media_type',
      'invalid_manifest',
      'invalid_package',
      'invalid_signature',
      'digest_mismatch',
    ],
  }),
  'submissions.get': defineOperation({
    id: 'submissions.get',
    method: 'GET',
    path: '/api/v1/submissions/{id}',
    summary: 'One submission; a publisher sees only their own',
    auth: ['publisher', 'moderator', 'admin', 'operator'],
    scope: 'publish',
    own: ['publisher'],
    params: submissionParamsSchema,
    answers: { 200: { type: 'json', description: 'The submission', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  'submissions.list': defineOperation({
    id: 'submissions.list',
    method: 'GET',
    path: '/api/v1/submissions',
    summary: 'One’s own submissions, newest first',
    auth: ['publisher'],
    scope: 'publish',
    own: ['publisher'],
    query: submissionsQuerySchema,
    answers: { 200: { type: 'json', description: 'One page', schema: submissionListSchema } },
    errors: ['unauthenticated', 'forbidden'],
  }),
  'submissions.update': defineOperation({
    id: 'submissions.update',
    method: 'PATCH',
    path: '/api/v1/submissions/{id}',
    summary: 'Change channel and release notes while nobody has decided',
    auth: ['publisher'],
    scope: 'publish',
    own: ['publisher'],
    params: submissionParamsSchema,
    body: { type: 'json', schema: submissionUpdateSchema },
    answers: { 200: { type: 'json', description: 'The submission', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'already_decided'],
  }),
  'submissions.withdraw': defineOperation({
    id: 'submissions.withdraw',
    method: 'POST',
    path: '/api/v1/submissions/{id}/withdraw',
    summary: 'Take a submission back; its version may be submitted again',
    auth: ['publisher'],
    scope: 'publish',
    own: ['publisher'],
    params: submissionParamsSchema,
    answers: { 200: { type: 'json', description: 'Withdrawn', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'already_decided'],
  }),
}
