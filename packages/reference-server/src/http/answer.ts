import { createHash } from 'node:crypto'
import type { Context } from 'hono'
import type { Environment } from './environment.ts'

/** Answers JSON; a cacheable answer carries an ETag and is not sent again to whoever has it. */
export function answerJson(
  c: Context<Environment>,
  status: number,
  body: unknown,
  options: {
    readonly cacheable: boolean
    readonly headers?: Readonly<Record<string, string>> | undefined
  },
): Response {
  const text = JSON.stringify(body)
  const headers: Record<string, string> = { 'content-type': 'application/json', ...options.headers }
  if (!options.cacheable) {
    headers['cache-control'] ??= 'no-store'
    return c.body(text, status as 200, headers)
  }
  // A handler that knows what its answer was made from names that; any other answer is named by its bytes.
  const etag = (headers['etag'] ??= `"${createHash('sha256').update(text).digest('base64url')}"`)
  headers['cache-control'] ??= 'no-cache' // kept, and asked about each time
  if (holds(c.req.header('if-none-match'), etag)) return c.body(null, 304, headers)
  return c.body(text, status as 200, headers)
}

/** Answers a stream of bytes; its headers, Content-Length among them, are the handler's. */
export function answerBytes(
  c: Context<Environment>,
  status: number,
  body: ReadableStream<Uint8Array>,
  contentType: string,
  headers: Readonly<Record<string, string>> = {},
): Response {
  return c.body(body, status as 200, { 'content-type': contentType, ...headers })
}

/** RFC 9110, 13.1.2: a list of tags compared weakly, or `*`. */
function holds(ifNoneMatch: string | undefined, etag: string): boolean {
  if (ifNoneMatch === undefined) return false
  return ifNoneMatch
    .split(',')
    .map((tag) => tag.trim().replace(/^W\//, ''))
    .some((tag) => tag === etag || tag === '*')
}
