import * as z from 'zod'
import { type AnyOperation, isProblemCode, type ProblemIssue } from './contract/index.ts'
import { MothershipError } from './errors.ts'
import type { Redact } from './redact.ts'

/** Longest JSON answer, decoded: a release with 10,000 files of long paths stays below. */
const maxAnswerBytes = 16_777_216

/** Reads a JSON answer, checks it against the operation's schema for its status, or throws what went wrong. */
export async function readAnswer(
  operation: AnyOperation,
  response: Response,
  redact: Redact,
  now: () => number,
): Promise<unknown> {
  const answer = operation.answers[response.status]
  if (answer === undefined) throw await readProblem(operation, response, redact, now)
  if (answer.type !== 'json') {
    throw new MothershipError('invalid_answer', `${operation.id} answers bytes, not JSON.`)
  }
  const parsed = answer.schema.safeParse(parseJsonText(operation, await readText(response)))
  if (parsed.success) return parsed.data
  throw new MothershipError(
    'invalid_answer',
    `The answer to ${operation.id} does not fit the contract. Check that client and mothership are of one major version.`,
    { status: response.status, issues: readIssues(parsed.error) },
  )
}

/** Reads an answer that was kept; `undefined` when it does not fit the contract (of another version, or tampered with). */
export function parseKept(operation: AnyOperation, text: string): unknown {
  const answer = operation.answers[200]
  if (answer?.type !== 'json') return undefined
  const parsed = answer.schema.safeParse(parseLeniently(text))
  return parsed.success ? parsed.data : undefined
}

/** Reads an unsuccessful answer as a typed error. Never throws: whatever came becomes an error of some code. */
export async function readProblem(
  operation: AnyOperation,
  response: Response,
  redact: Redact,
  now: () => number,
): Promise<MothershipError> {
  const { status } = response
  const retryAfterMs = readRetryAfter(response, now())
  const text = await readText(response).catch(() => '')
  const problem = lenientProblem.safeParse(parseLeniently(text))
  if (!problem.success) {
    return new MothershipError(
      'unknown',
      `The mothership answered ${operation.id} with status ${status} and no problem document. Something in between may have answered.`,
      { status, retryAfterMs },
    )
  }
  const { code, title, detail, issues, request_id: requestId } = problem.data
  return new MothershipError(
    code !== undefined && isProblemCode(code) ? code : 'unknown',
    redact(detail ?? title ?? `The mothership answered ${operation.id} with status ${status}.`),
    {
      status,
      retryAfterMs,
      requestId: requestId === undefined ? undefined : redact(requestId),
      issues: (issues ?? []).map(({ path, message }) => ({
        path: redact(path),
        message: redact(message),
      })),
    },
  )
}

/** Retry-After: seconds, or a date (RFC 9110, 10.2.3). Anything else says nothing. */
function readRetryAfter(response: Response, now: number): number | undefined {
  const text = response.headers.get('retry-after')?.trim() ?? ''
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

/** The issues of a failed check: paths and what was expected, never the values that came. */
export function readIssues(error: z.ZodError): ProblemIssue[] {
  return error.issues.slice(0, 20).map(({ path, message }) => ({ path: path.join('.'), message }))
}

/** A problem document from any mothership, newer ones included. */
const lenientProblem = z.object({
  code: z.string().optional(),
  title: z.string().optional(),
  detail: z.string().optional(),
  issues: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  request_id: z.string().optional(),
})

/** Counts decoded bytes while they arrive, so that neither a length nor an encoding can lie. */
async function readText(response: Response): Promise<string> {
  if (response.body === null) return ''
  const reader = response.body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  let size = 0
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text + decoder.decode()
    size += value.byteLength
    if (size > maxAnswerBytes) {
      await reader.cancel()
      throw new MothershipError(
        'answer_too_large',
        `The answer is longer than ${maxAnswerBytes} bytes. Ask for a smaller page.`,
        { status: response.status },
      )
    }
    text += decoder.decode(value, { stream: true })
  }
}

function parseJsonText(operation: AnyOperation, text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new MothershipError('invalid_answer', `The answer to ${operation.id} is no JSON.`)
  }
}

function parseLeniently(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // becomes an error of code `unknown`
  }
}
