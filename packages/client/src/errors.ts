import type { ProblemCode, ProblemIssue } from './contract/index.ts'

/**
 * Why a call failed. A mothership's own problem codes come through as they are, one this client does not know
 * as `unknown`; the others arise on this side:
 * `disabled`, `not_configured`, `token_required`, `no_route` (nothing was sent), `circuit_open` (nothing was sent:
 * it failed too often just now), `wrong_mothership` (not the one an item was installed from), `unreachable`, `timeout`, `redirect_refused`,
 * `answer_too_large`, `invalid_answer` (the answer does not fit the contract), `package_too_large`,
 * `package_mismatch` (not the package that was asked for, or it changed midway), `interrupted` (a download broke
 * off and could not be resumed).
 */
export type MothershipErrorCode =
  | ProblemCode
  | 'unknown'
  | 'disabled'
  | 'not_configured'
  | 'token_required'
  | 'no_route'
  | 'circuit_open'
  | 'wrong_mothership'
  | 'unreachable'
  | 'timeout'
  | 'redirect_refused'
  | 'answer_too_large'
  | 'invalid_answer'
  | 'package_too_large'
  | 'package_mismatch'
  | 'interrupted'

/** What a {@link MothershipError} carries beside code and message. */
export interface MothershipErrorDetails {
  /** HTTP status, when there was an answer. */
  readonly status?: number | undefined
  /** Id the mothership gave the request, for its logs. */
  readonly requestId?: string | undefined
  /** How long to wait before the next try, in milliseconds, when the mothership said so. */
  readonly retryAfterMs?: number | undefined
  /** Faults within the request or the answer, by path. */
  readonly issues?: readonly ProblemIssue[] | undefined
  readonly cause?: unknown
}

/** Every error of this package. Messages never hold a credential or a payload. */
export class MothershipError extends Error {
  override readonly name = 'MothershipError'
  readonly code: MothershipErrorCode
  readonly status: number | undefined
  readonly requestId: string | undefined
  readonly retryAfterMs: number | undefined
  readonly issues: readonly ProblemIssue[]

  constructor(code: MothershipErrorCode, message: string, details: MothershipErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = code
    this.status = details.status
    this.requestId = details.requestId
    this.retryAfterMs = details.retryAfterMs
    this.issues = details.issues ?? []
  }
}

/** Answers whether a failure is an outage: the mothership (or the way to it) failed, not the request. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof MothershipError)) return false
  switch (error.code) {
    case 'unreachable':
    case 'timeout':
    case 'circuit_open':
    case 'internal':
    case 'unavailable':
    case 'interrupted':
      return true
    case 'unknown':
      return (error.status ?? 0) >= 500
    default:
      return false
  }
}
