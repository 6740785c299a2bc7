import type { SubmissionStatus } from '@mothership/client/contract'
import { RequestError } from '../../errors.ts'

/** What a moderator does. */
export type Decision = 'approve' | 'reject'

/** Every transition there is. A decided submission stays decided: whoever was refused submits anew. */
export const transitions: Readonly<
  Record<SubmissionStatus, Readonly<Partial<Record<Decision, SubmissionStatus>>>>
> = {
  pending: { approve: 'approved', reject: 'rejected' },
  approved: {},
  rejected: {},
}

/**
 * The status a decision leads to.
 *
 * @throws RequestError `already_decided` when the table knows no way.
 */
export function nextStatus(from: SubmissionStatus, decision: Decision): SubmissionStatus {
  const to = transitions[from][decision]
  if (to === undefined) {
    throw new RequestError(
      'already_decided',
      `The submission is ${from}: ${decision} is for one that is pending.`,
    )
  }
  return to
}
