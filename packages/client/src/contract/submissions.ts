import { type JsonValue, type Kind, maxManifestBytes } from '@mothership/manifest'
import * as z from 'zod'
import {
  authorIdField,
  countField,
  idField,
  jsonField,
  keyIdField,
  kindField,
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
}

/** Where a submission stands. */
export type SubmissionStatus = 'pending' | 'approved' | 'rejected'

/** A release that waits for moderation, or whose moderation is done. */
export interface Submission {
  id: string
  kind: Kind
  slug: string
  version: string
  name: string
  author_id: string
  status: SubmissionStatus
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

/** Schema of {@link Submission}. */
export const submissionSchema: z.ZodType<Submission> = z.object({
  id: idField,
  kind: kindField,
  slug: slugField,
  version: versionField,
  name: z.string().max(256), // as in a manifest
  author_id: authorIdField,
  status: z.enum(['pending', 'approved', 'rejected']),
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
} = {
  'submissions.create': defineOperation({
    id: 'submissions.create',
    method: 'POST',
    path: '/api/v1/submissions',
    summary: 'Submit a signed manifest and its package for moderation',
    auth: ['publisher'],
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
    auth: ['publisher', 'operator'],
    params: submissionParamsSchema,
    answers: { 200: { type: 'json', description: 'The submission', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
}
