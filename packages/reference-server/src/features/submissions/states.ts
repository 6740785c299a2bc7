import type { SubmissionStatus } from '@mothership/client/contract'
import { RequestError } from '../../errors.ts'

/** What somebody does with a submission: moderators the first four, its author the last two. */
export type SubmissionAction = 'approve' | 'reject' | 'flag' | 'scan' | 'edit' | 'withdraw'

/**
 * Every transition there is; the README prints this table. A decided submission stays decided: whoever was refused, or
 * took theirs back, submits anew. A flagged one takes its version's place until somebody looks again.
 */
export const transitions: Readonly<
  Record<SubmissionStatus, Readonly<Partial<Record<SubmissionAction, SubmissionStatus>>>>
> = {
  pending: {
    approve: 'approved',
    reject: 'rejected',
    flag: 'flagged',
    scan: 'pending',
    edit: 'pending',
    withdraw: 'withdrawn',
  },
  flagged: {
    approve: 'approved',
    reject: 'rejected',
    scan: 'flagged',
    edit: 'flagged',
    withdraw: 'withdrawn',
  },
  approved: {},
  rejected: {},
  withdrawn: {},
}

/**
 * The status an action leads to.
 *
 * @throws RequestError `already_decided` when the table knows no way.
 */
export function nextStatus(from: SubmissionStatus, action: SubmissionAction): SubmissionStatus {
  const to = transitions[from][action]
  if (to === undefined) {
    const ways = (Object.keys(transitions) as SubmissionStatus[]).filter(
      (status) => transitions[status][action] !== undefined,
    )
    throw new RequestError(
      'already_decided',
      `The submission is ${from}: ${action} is for one that is ${ways.join(' or ')}.`,
    )
  }
  return to
}
