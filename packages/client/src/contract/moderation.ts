import * as z from 'zod'
import { countField, idField, limitField, pageField } from './fields.ts'
import { defineOperation, type Operation } from './operation.ts'
import { type ProblemCode, problemCodes } from './problems.ts'
import {
  type Submission,
  type SubmissionList,
  submissionListSchema,
  type SubmissionParams,
  submissionParamsSchema,
  submissionSchema,
  type SubmissionStatus,
  submissionStatusField,
} from './submissions.ts'

/** Query of the moderation queue. */
export interface QueueQuery {
  status: SubmissionStatus
  page: number
  limit: number
}

/** Body of an approval. */
export interface Approval {
  note?: string
  /** The revision the moderator saw; another one is refused. Default: whichever is there. */
  revision?: number
}

/** Body of a rejection; the author reads the note. */
export interface Rejection {
  note: string
  revision?: number
}

/** Body that sets a submission aside for a second look. */
export interface Flagging {
  note?: string
  revision?: number
}

/** Body that decides on many submissions, each for itself. */
export interface BulkDecision {
  decision: 'approve' | 'reject' | 'flag'
  ids: string[]
  /** Required to reject: each author reads it. */
  note?: string
}

/** What became of each submission, in the order of the request. */
export interface BulkOutcome {
  outcomes: {
    id: string
    /** Its status afterwards; null when it was refused. */
    status: SubmissionStatus | null
    /** Why it was refused; null when it was not. */
    code: ProblemCode | null
    detail: string | null
  }[]
}

/** Schema of {@link QueueQuery}. */
export const queueQuerySchema: z.ZodType<QueueQuery> = z.strictObject({
  status: submissionStatusField.default('pending'),
  page: pageField,
  limit: limitField,
})

/** Schema of {@link Approval}. 4,096 characters: a few paragraphs. */
export const approvalSchema: z.ZodType<Approval> = z.strictObject({
  note: z.exactOptional(z.string().max(4096)),
  revision: z.exactOptional(countField),
})

/** Schema of {@link Rejection}. */
export const rejectionSchema: z.ZodType<Rejection> = z.strictObject({
  note: z.string().min(1).max(4096).regex(/\S/),
  revision: z.exactOptional(countField),
})

/** Schema of {@link Flagging}. */
export const flaggingSchema: z.ZodType<Flagging> = z.strictObject({
  note: z.exactOptional(z.string().max(4096)),
  revision: z.exactOptional(countField),
})

/** Schema of {@link BulkDecision}. */
export const bulkDecisionSchema: z.ZodType<BulkDecision> = z
  .strictObject({
    decision: z.enum(['approve', 'reject', 'flag']),
    ids: z.array(idField).min(1).max(100), // a page of the queue
    note: z.exactOptional(z.string().max(4096)),
  })
  .refine(({ decision, note }) => decision !== 'reject' || /\S/.test(note ?? ''), {
    path: ['note'],
    message: 'a rejection says why',
  })
  .refine(({ ids }) => new Set(ids).size === ids.length, {
    path: ['ids'],
    message: 'each submission once',
  })

/** Schema of {@link BulkOutcome}. */
export const bulkOutcomeSchema: z.ZodType<BulkOutcome> = z.object({
  outcomes: z
    .array(
      z.object({
        id: idField,
        status: submissionStatusField.nullable(),
        code: z.enum(problemCodes).nullable(),
        detail: z.string().max(4096).nullable(),
      }),
    )
    .max(100),
})

/** Operations of moderators. */
export const moderationOperations: {
  readonly 'moderation.queue': Operation<{ query: QueueQuery; answers: { 200: SubmissionList } }>
  readonly 'moderation.approve': Operation<{
    params: SubmissionParams
    body: Approval
    answers: { 200: Submission }
  }>
  readonly 'moderation.reject': Operation<{
    params: SubmissionParams
    body: Rejection
    answers: { 200: Submission }
  }>
  readonly 'moderation.flag': Operation<{
    params: SubmissionParams
    body: Flagging
    answers: { 200: Submission }
  }>
  readonly 'moderation.scan': Operation<{
    params: SubmissionParams
    answers: { 200: Submission }
  }>
  readonly 'moderation.bulk': Operation<{ body: BulkDecision; answers: { 200: BulkOutcome } }>
} = {
  'moderation.queue': defineOperation({
    id: 'moderation.queue',
    method: 'GET',
    path: '/api/v1/admin/moderation/queue',
    summary: 'Submissions of one status, oldest first',
    auth: ['moderator', 'admin', 'operator'],
    scope: 'moderate',
    query: queueQuerySchema,
    answers: { 200: { type: 'json', description: 'One page', schema: submissionListSchema } },
    errors: ['unauthenticated', 'forbidden'],
  }),
  'moderation.approve': defineOperation({
    id: 'moderation.approve',
    method: 'POST',
    path: '/api/v1/admin/moderation/queue/{id}/approve',
    summary: 'Approve a submission: it becomes a release',
    auth: ['moderator', 'admin', 'operator'],
    scope: 'moderate',
    params: submissionParamsSchema,
    body: { type: 'json', schema: approvalSchema },
    answers: { 200: { type: 'json', description: 'Approved', schema: submissionSchema } },
    errors: [
      'unauthenticated',
      'forbidden',
      'not_found',
      'already_decided',
      'revision_changed',
      'not_scanned',
      'version_exists',
      'namespace_not_owned',
      'digest_mismatch',
      'invalid_manifest',
      'invalid_signature',
    ],
  }),
  'moderation.reject': defineOperation({
    id: 'moderation.reject',
    method: 'POST',
    path: '/api/v1/admin/moderation/queue/{id}/reject',
    summary: 'Reject a submission, with a reason its author reads',
    auth: ['moderator', 'admin', 'operator'],
    scope: 'moderate',
    params: submissionParamsSchema,
    body: { type: 'json', schema: rejectionSchema },
    answers: { 200: { type: 'json', description: 'Rejected', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'already_decided', 'revision_changed'],
  }),
  'moderation.flag': defineOperation({
    id: 'moderation.flag',
    method: 'POST',
    path: '/api/v1/admin/moderation/queue/{id}/flag',
    summary: 'Set a submission aside for a second look',
    auth: ['moderator', 'admin', 'operator'],
    scope: 'moderate',
    params: submissionParamsSchema,
    body: { type: 'json', schema: flaggingSchema },
    answers: { 200: { type: 'json', description: 'Flagged', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'already_decided', 'revision_changed'],
  }),
  'moderation.scan': defineOperation({
    id: 'moderation.scan',
    method: 'POST',
    path: '/api/v1/admin/moderation/queue/{id}/scan',
    summary: 'Scan a submission again; what an earlier scan found is replaced',
    auth: ['moderator', 'admin', 'operator'],
    scope: 'moderate',
    params: submissionParamsSchema,
    answers: { 200: { type: 'json', description: 'Scanned', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'already_decided', 'digest_mismatch'],
  }),
  'moderation.bulk': defineOperation({
    id: 'moderation.bulk',
    method: 'POST',
    path: '/api/v1/admin/moderation/bulk',
    summary: 'Decide on many submissions; each is done or refused for itself',
    auth: ['moderator', 'admin', 'operator'],
    scope: 'moderate',
    body: { type: 'json', schema: bulkDecisionSchema },
    answers: {
      200: { type: 'json', description: 'What became of each', schema: bulkOutcomeSchema },
    },
    errors: ['unauthenticated', 'forbidden'],
  }),
}
