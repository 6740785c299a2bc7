import { sha256 } from '@mothership/manifest'
import { delay, http, type HttpHandler, HttpResponse } from 'msw'
import {
  type AnyOperation,
  type ItemSummary,
  operationList,
  problems,
  type ProblemCode,
  readQuery,
} from '../contract/index.ts'
import { createSampleMothership, type SampleMothership, SampleProblem } from './sample-answers.ts'
import { createSampleCatalogue } from './sample-catalogue.ts'

/** Ways in which the mothership can fail. */
export type MothershipFault =
  /** No connection. */
  | 'down'
  /** An answer after `slowMs`. */
  | 'slow'
  /** 401 to everything. */
  | 'unauthenticated'
  /** 429 with `Retry-After: 1`. */
  | 'rate_limited'
  /** 503. */
  | 'unavailable'
  /** The connection ends in the middle of the body. */
  | 'truncated'
  /** An answer that misses what the contract asks for. */
  | 'invalid_answer'
  /** A package under the ETag of another one. */
  | 'wrong_etag'
  /** A package whose bytes are not those of its digest. */
  | 'bad_digest'

/** Settings of {@link createMothershipHandlers}. */
export interface MothershipHandlersOptions {
  /** Address that the client is given. Default `https://mothership.test`. */
  readonly url?: string | undefined
  /** Decides the catalogue. Default 1. */
  readonly seed?: number | undefined
  /** Default 25: two pages of a list. */
  readonly itemsPerKind?: number | undefined
  /** Credentials that are known; others are 401. Default: any is. */
  readonly credentials?: readonly string[] | undefined
  /** Default 5,000. */
  readonly slowMs?: number | undefined
}

/** A mothership for tests. */
export interface MothershipHandlers {
  /** For msw: `setupServer(...handlers)` or `setupWorker(...handlers)`. */
  readonly handlers: HttpHandler[]
  readonly url: string
  /** What it lists. */
  readonly items: readonly ItemSummary[]
  /** Lets every call fail, or those of one operation, until it recovers. */
  fail(fault: MothershipFault, operationId?: string): void
  recover(): void
}

/** Makes msw handlers for every operation of the contract: its paths, its checks, its answers, on sample data. */
export function createMothershipHandlers(
  options: MothershipHandlersOptions = {},
): MothershipHandlers {
  const { url = 'https://mothership.test', seed = 1, itemsPerKind = 25 } = options
  const mothership = createSampleMothership(createSampleCatalogue(seed, itemsPerKind))
  let failing: { fault: MothershipFault; operationId: string | undefined } | undefined
  const handlers = operationList.map((operation) => {
    const method = operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete'
    const path = url + operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
    return http[method](path, async ({ request, params }) => {
      const applies = failing?.operationId === undefined || failing.operationId === operation.id
      const fault = applies ? failing?.fault : undefined
      if (fault === 'down') return HttpResponse.error()
      if (fault === 'slow') await delay(options.slowMs ?? 5000)
      try {
        if (fault === 'unauthenticated') throw new SampleProblem('invalid_credential')
        if (fault === 'rate_limited') throw new SampleProblem('rate_limited')
        if (fault === 'unavailable') throw new SampleProblem('unavailable')
        assertCredential(operation, request, options.credentials)
        const named = Object.fromEntries(
          Object.entries(params).map(([name, value]) => [name, String(value)]),
        )
        check(operation.params, named, 'path')
        return await answer(mothership, operation, named, request, fault)
      } catch (error) {
        if (error instanceof SampleProblem) return problem(error.code, error.message)
        throw error
      }
    })
  })
  return {
    handlers,
    url,
    items: mothership.items,
    fail: (fault, operationId) => {
      failing = { fault, operationId }
    },
    recover: () => {
      failing = undefined
    },
  }
}

async function answer(
  mothership: SampleMothership,
  operation: AnyOperation,
  params: Readonly<Record<string, string>>,
  request: Request,
  fault: MothershipFault | undefined,
): Promise<Response> {
  const [[status, declared] = []] = Object.entries(operation.answers)
  if (declared?.type === 'bytes') return sendPackage(mothership, params, request, fault)
  const query = check(operation.query, readQuery(new URL(request.url).searchParams), 'query')
  const { body } = operation
  const given =
    body?.type === 'json'
      ? check(body.schema, await request.json().catch(() => undefined), 'body')
      : undefined
  const value = await mothership.answer({ operation, params, query, body: given })
  const text = JSON.stringify(fault === 'invalid_answer' ? { unexpected: true } : value)
  const etag = `"${sha256(new TextEncoder().encode(text))}"`
  if (request.method === 'GET' && request.headers.get('if-none-match') === etag) {
    return new HttpResponse(null, { status: 304, headers: { etag } })
  }
  const headers = {
    'content-type': 'application/json',
    ...(request.method === 'GET' ? { etag } : {}),
  }
  const bytes = new TextEncoder().encode(text)
  const init = { status: Number(status), headers }
  return new HttpResponse(fault === 'truncated' ? torn(bytes) : bytes, init)
}

async function sendPackage(
  mothership: SampleMothership,
  params: Readonly<Record<string, string>>,
  request: Request,
  fault: MothershipFault | undefined,
): Promise<Response> {
  const { release, bytes } = await mothership.release(params)
  const right = `"${release.package_sha256}"`
  const etag = fault === 'wrong_etag' ? `"${'0'.repeat(64)}"` : right
  const content = fault === 'bad_digest' ? bytes.map((byte) => byte ^ 1) : bytes
  const range = /^bytes=(\d+)-$/.exec(request.headers.get('range') ?? '')
  const ifRange = request.headers.get('if-range')
  const from = range !== null && (ifRange === null || ifRange === right) ? Number(range[1]) : 0
  if (from >= bytes.length && from > 0) throw new SampleProblem('range_not_satisfiable')
  const rest = content.subarray(from)
  const headers: Record<string, string> = {
    etag,
    'content-type': 'application/octet-stream',
    // A length that is not kept would hold up the next request on msw's connection.
    ...(fault === 'truncated' ? {} : { 'content-length': String(rest.length) }),
    ...(from > 0 ? { 'content-range': `bytes ${from}-${bytes.length - 1}/${bytes.length}` } : {}),
  }
  return new HttpResponse(fault === 'truncated' ? torn(rest) : rest, {
    status: from > 0 ? 206 : 200,
    headers,
  })
}

/** What arrives when the connection ends in the middle. */
function torn(bytes: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return bytes.subarray(0, Math.floor(bytes.length / 2))
}

function assertCredential(
  operation: AnyOperation,
  request: Request,
  known: readonly string[] | undefined,
): void {
  const { headers } = request
  const bearer = headers.get('authorization')?.replace(/^Bearer /, '')
  const given = headers.get('x-api-key') ?? headers.get('x-api-token') ?? bearer
  if (given !== undefined && known?.includes(given) === false) {
    throw new SampleProblem('invalid_credential')
  }
  if (given === undefined && !operation.auth.includes('public')) {
    throw new SampleProblem('unauthenticated')
  }
}

function check(schema: AnyOperation['params'], value: unknown, where: string): unknown {
  if (schema === undefined) return undefined
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw new SampleProblem(
    'invalid_request',
    `The ${where} does not fit the contract: ${issue?.path.join('.')}: ${issue?.message}`,
  )
}

function problem(code: ProblemCode, detail: string): Response {
  const { status, title } = problems[code]
  const document = { type: 'about:blank', title, status, detail, code, issues: [], request_id: 'r' }
  const retry = code === 'rate_limited' ? { 'retry-after': '1' } : undefined
  return HttpResponse.json(document, {
    status,
    headers: { 'content-type': 'application/problem+json', ...retry },
  })
}
