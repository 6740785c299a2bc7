import * as z from 'zod'
import { timeField } from './fields.ts'
import { defineOperation, type Operation } from './operation.ts'

/** State of a mothership and of what it stands on. */
export interface Health {
  status: 'ok' | 'degraded'
  mothership_id: string
  version: string
  time: string
  checks: { database: 'ok' | 'failing' }
}

/** Schema of {@link Health}. */
export const healthSchema: z.ZodType<Health> = z.object({
  status: z.enum(['ok', 'degraded']),
  mothership_id: z.string().min(1).max(128), // an id or a host name
  version: z.string().max(256), // a semantic version
  time: timeField,
  checks: z.object({ database: z.enum(['ok', 'failing']) }),
})

/** Operations about the mothership itself. */
export const healthOperations: {
  readonly health: Operation<{ answers: { 200: Health } }>
} = {
  health: defineOperation({
    id: 'health',
    method: 'GET',
    path: '/api/v1/marketplace/health',
    summary: 'Whether the mothership is well',
    description: 'Answers 200 in both states; `status` tells them apart.',
    auth: ['public'],
    scope: 'read',
    answers: { 200: { type: 'json', description: 'The state', schema: healthSchema } },
    errors: [],
  }),
}
