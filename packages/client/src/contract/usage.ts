import type { Kind } from '@mothership/manifest'
import * as z from 'zod'
import {
  countField,
  idField,
  kindField,
  type PageAnswer,
  pageAnswerFields,
  type PageQuery,
  pageQuerySchema,
  slugField,
  timeField,
  versionField,
} from './fields.ts'
import { defineOperation, type Operation } from './operation.ts'

/** How often one version ran within a window. */
export interface UsageEvent {
  kind: Kind
  slug: string
  version: string
  executions: number
  successes: number
  failures: number
}

/** What one instance saw within one window. The pair of ids is counted once, however often it arrives. */
export interface UsageReport {
  instance_id: string
  window_id: string
  events: UsageEvent[]
}

/** Receipt of a report. */
export interface UsageReceipt {
  /** Events counted; 0 when this window was counted before. */
  accepted: number
}

/** Usage of one item over all instances. */
export interface ItemUsage {
  kind: Kind
  slug: string
  executions: number
  successes: number
  failures: number
  last_reported_at: string
}

/** One page of usage, most executions first. */
export interface UsageSummary extends PageAnswer {
  items: ItemUsage[]
}

// A window is minutes to days long: a thousand million runs in one is a mistake or an attack.
const runs = z.int().min(0).max(1_000_000_000)

/** Schema of {@link UsageReport}. */
export const usageReportSchema: z.ZodType<UsageReport> = z.strictObject({
  instance_id: idField,
  window_id: idField,
  events: z
    .array(
      z
        .strictObject({
          kind: kindField,
          slug: slugField,
          version: versionField,
          executions: runs,
          successes: runs,
          failures: runs,
        })
        .refine((event) => event.successes + event.failures <= event.executions, {
          message: 'successes and failures together are at most executions',
        }),
    )
    .min(1)
    .max(1000), // versions in use on one instance; more go into a second window
})

/** Schema of {@link UsageReceipt}. */
export const usageReceiptSchema: z.ZodType<UsageReceipt> = z.object({ accepted: countField })

/** Schema of {@link UsageSummary}. */
export const usageSummarySchema: z.ZodType<UsageSummary> = z.object({
  items: z
    .array(
      z.object({
        kind: kindField,
        slug: slugField,
        executions: countField,
        successes: countField,
        failures: countField,
        last_reported_at: timeField,
      }),
    )
    .max(100), // the largest page
  ...pageAnswerFields,
})

/** Operations on usage. */
export const usageOperations: {
  readonly 'usage.report': Operation<{ body: UsageReport; answers: { 200: UsageReceipt } }>
  readonly 'usage.summary': Operation<{ query: PageQuery; answers: { 200: UsageSummary } }>
} = {
  'usage.report': defineOperation({
    id: 'usage.report',
    method: 'POST',
    path: '/api/v1/marketplace/usage',
    summary: 'Report how often items ran',
    description: 'The same instance and window are counted once; sending again is harmless.',
    auth: ['public', 'satellite'],
    scope: 'usage',
    idempotent: true,
    body: { type: 'json', schema: usageReportSchema },
    answers: { 200: { type: 'json', description: 'The receipt', schema: usageReceiptSchema } },
    errors: ['payload_too_large'],
  }),
  'usage.summary': defineOperation({
    id: 'usage.summary',
    method: 'GET',
    path: '/api/v1/admin/usage',
    summary: 'Usage per item, most executions first',
    auth: ['admin', 'operator'],
    scope: 'manage',
    query: pageQuerySchema,
    answers: { 200: { type: 'json', description: 'One page', schema: usageSummarySchema } },
    errors: ['unauthenticated', 'forbidden'],
  }),
}
