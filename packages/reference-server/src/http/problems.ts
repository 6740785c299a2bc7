import { type ProblemCode, type ProblemIssue, problems } from '@mothership/client/contract'
import { ArchiveError, ManifestError } from '@mothership/manifest'
import type { Context } from 'hono'
import { HTTPException } from 'hono/http-exception'
import { z } from 'zod'
import { RequestError, ServerError } from '../errors.ts'
import type { Environment } from './environment.ts'

/** What a failure comes to on the wire. */
export interface Problem {
  readonly code: ProblemCode
  readonly detail: string
  readonly issues: readonly ProblemIssue[]
  readonly headers: Readonly<Record<string, string>>
}

/** Answers a failure as a problem document (RFC 9457). The only place that writes one. */
export function problemResponse(c: Context<Environment>, failure: unknown): Response {
  const problem = problemOf(failure)
  const { status, title } = problems[problem.code]
  const log = c.get('log')
  // Bodies tell nothing of what broke inside; the log does, under the same request id.
  if (status >= 500) log.error({ err: failure, code: problem.code }, 'the request failed')
  const document = {
    type: `/docs/problems/${problem.code}`,
    title,
    status,
    detail: problem.detail.slice(0, maxDetail),
    code: problem.code,
    issues: problem.issues.slice(0, maxIssues).map(({ path, message }) => ({
      path: path.slice(0, maxIssueText),
      message: message.slice(0, maxIssueText),
    })),
    request_id: c.get('requestId'),
  }
  return c.body(JSON.stringify(document), status as 500, {
    ...problem.headers,
    'content-type': 'application/problem+json',
    'cache-control': 'no-store',
  })
}

// The contract's bounds: more than 100 issues help nobody mend a request, a detail is a paragraph.
const maxIssues = 100
const maxIssueText = 1024
const maxDetail = 4096

/** Translates whatever was thrown. What is not known here is `internal` and says nothing. */
export function problemOf(failure: unknown): Problem {
  if (failure instanceof RequestError) {
    return problem(failure.code, failure.message, failure.issues, failure.headers)
  }
  // Before ManifestError, whose subclass it is.
  if (failure instanceof ArchiveError) {
    const path = failure.file === undefined ? 'package' : `package:${failure.file}`
    return problem('invalid_package', failure.message, [{ path, message: failure.message }])
  }
  if (failure instanceof ManifestError) {
    const issues = failure.issues.map(({ path, message }) => ({
      path: path === '' ? 'manifest' : `manifest.${path}`,
      message,
    }))
    return problem('invalid_manifest', failure.message, issues)
  }
  if (failure instanceof HTTPException && failure.status === 404) {
    return problem('not_found', 'Nothing is served at this path.')
  }
  if (isUnavailable(failure)) {
    return problem('unavailable', 'The database does not answer; try again in a moment.', [], {
      'retry-after': '5',
    })
  }
  return problem(
    'internal',
    'Something failed here, and it is in the log under the request_id of this answer. Nothing of the request is half done.',
  )
}

/** The refusal for input that does not fit a schema of the contract. */
export function invalidRequest(where: string, error: z.ZodError): RequestError {
  const issues = error.issues.map((issue) => ({
    path: [where, ...issue.path.map(String)].join('.'),
    message: issue.message,
  }))
  return new RequestError(
    'invalid_request',
    `The ${where} of the request ${issues.length === 1 ? 'has a fault' : `has ${issues.length} faults`}: see issues, and /openapi.json for what is expected.`,
    { issues },
  )
}

function problem(
  code: ProblemCode,
  detail: string,
  issues: readonly ProblemIssue[] = [],
  headers: Readonly<Record<string, string>> = {},
): Problem {
  return { code, detail, issues, headers }
}

/** PostgreSQL's classes 08 (connection), 53 (resources), 57P (shutdown), and a socket that is gone. */
const unavailableState = /^(?:08...|53...|57P..|ECONNREFUSED|ECONNRESET|ENOENT|EPIPE)$/

function isUnavailable(failure: unknown): boolean {
  for (let cause = failure, depth = 0; cause instanceof Error && depth < 5; depth += 1) {
    if (cause instanceof ServerError) return cause.code === 'database_failed'
    if ('code' in cause && typeof cause.code === 'string' && unavailableState.test(cause.code)) {
      return 'severity' in cause || 'syscall' in cause
    }
    cause = cause.cause
  }
  return false
}
