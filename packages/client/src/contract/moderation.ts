import * as z from 'zod'
import { limitField, type PageAnswer, pageAnswerFields, pageField } from './fields.ts'
import { defineOperation, type Operation } from './operation.ts'
import {
  type Submission,
  type SubmissionParams,
  submissionParamsSchema,
  submissionSchema,
  type SubmissionStatus,
} from './submissions.ts'

/** Query of the moderation queue. */
export interface QueueQuery {
  status: SubmissionStatus
  page: number
  limit: number
}

/** One page of the moderation queue, oldest first. */
export interface SubmissionList extends PageAnswer {
  submissions: Submission[]
}

/** Body of an approval. */
export interface Approval {
  note?: string
}

/** Body of a rejection; the author reads the note. */
export interface Rejection {
  note: string
}

/** Schema of {@link QueueQuery}. */
export const queueQuerySchema: z.ZodType<QueueQuery> = z.strictObject({
  status: z.enum(['pending', 'approved', 'rejected']).default('pending'),
  page: pageField,
  limit: limitField,
})

/** Schema of {@link SubmissionList}. */
export const submissionListSchema: z.ZodType<SubmissionList> = z.object({
  submissions: z.array(submissionSchema).max(100), // the largest page
  ...pageAnswerFields,
})

/** Schema of {@link Approval}. 4,096 characters: a few paragraphs. */
export const approvalSchema: z.ZodType<Approval> = z.strictObject({
  note: z.exactOptional(z.string().max(4096)),
})

/** Schema of {@link Rejection}. */
export const rejectionSchema: z.ZodType<Rejection> = z.strictObject({
  note: z.string().min(1).max(4096).regex(/\S/),
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
} = {
  'moderation.queue': defineOperation({
    id: 'moderation.queue',
    method: 'GET',
    path: '/api/v1/admin/moderation/queue',
    summary: 'Submissions of one status, oldest first',
    auth: ['operator'],
    query: queueQuerySchema,
    answers: { 200: { type: 'json', description: 'One page', schema: submissionListSchema } },
    errors: ['unauthenticated', 'forbidden'],
  }),
  'moderation.approve': defineOperation({
    id: 'moderation.approve',
    method: 'POST',
    path: '/api/v1/admin/moderation/queue/{id}/approve',
    summary: 'Approve a submission: it becomes a release',
    auth: ['operator'],
    params: submissionParamsSchema,
    body: { type: 'json', schema: approvalSchema },
    answers: { 200: { type: 'json', description: 'Approved', schema: submissionSchema } },
    errors: [
      'unauthenticated',
      'forbidden',
      'not_found',
      'already_decided',
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
    auth: ['operator'],
    params: submissionParamsSchema,
    body: { type: 'json', schema: rejectionSchema },
    answers: { 200: { type: 'json', description: 'Rejected', schema: submissionSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found', 'already_decided'],
  }),
}
