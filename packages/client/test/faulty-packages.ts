import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'

/** Ways in which a server spoils a download. */
export const faults = [
  'close',
  'stall',
  'silent',
  'longer',
  'shorter',
  'no length',
  'other etag',
  'whole for range',
  'wrong range',
  'other bytes',
  'unavailable',
] as const

/** One of {@link faults}. */
export type Fault = (typeof faults)[number]

/** A random number generator with a seed: the same numbers each time (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296
  }
}

/** The ETag of a package. */
export function etagOf(content: Uint8Array): string {
  return `"${createHash('sha256').update(content).digest('hex')}"`
}

/** Answers as a mothership does: whole, or the range that was asked for under the right If-Range. */
export function sendPackage(
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
): void {
  const from = rangeOf(request, etagOf(content))
  if (from !== undefined && from >= content.length) {
    response.writeHead(416, { 'content-type': 'application/problem+json' })
    response.end('{"code":"range_not_satisfiable","detail":"Beyond its end."}')
    return
  }
  response.writeHead(from === undefined ? 200 : 206, headOf(content, from))
  response.end(content.subarray(from ?? 0))
}

/** Answers wrongly at an offset. `onStall` is called when nothing more will come. */
export function spoil(
  fault: Fault,
  offset: number,
  request: IncomingMessage,
  response: ServerResponse,
  content: Buffer,
  onStall: () => void,
): void {
  const from = rangeOf(request, etagOf(content))
  const begin = from ?? 0
  const end = Math.max(begin, offset)
  const send = (headers: Record<string, string | number>, bytes: Buffer, then: () => void) => {
    response.writeHead(from === undefined ? 200 : 206, { ...headOf(content, from), ...headers })
    response.flushHeaders()
    if (bytes.length === 0) then()
    else response.write(bytes, then)
  }
  const part = content.subarray(begin, end)
  switch (fault) {
    case 'close':
      return send({}, part, () => response.destroy())
    case 'stall':
      return send({}, part, () => onStall())
    case 'silent':
      return onStall()
    case 'longer':
      return send({ 'content-length': content.length - begin + 10 }, content.subarray(begin), () =>
        response.destroy(),
      )
    case 'shorter':
      response.shouldKeepAlive = false
      return send({ 'content-length': part.length }, part, () => response.end())
    case 'no length': {
      response.writeHead(200, { etag: etagOf(content) })
      response.end(content.subarray(0, end))
      return
    }
    case 'other etag':
      return send({ etag: etagOf(Buffer.from('other')) }, part, () => response.destroy())
    case 'whole for range':
      response.writeHead(200, headOf(content, undefined))
      response.end(content)
      return
    case 'wrong range': {
      const range = `bytes ${begin + 1}-${content.length - 1}/${content.length}`
      response.writeHead(206, { etag: etagOf(content), 'content-range': range })
      response.end(content.subarray(begin + 1))
      return
    }
    case 'other bytes': {
      const other = Buffer.from(content.subarray(begin))
      const at = Math.min(end - begin, other.length - 1)
      if (at >= 0) other.writeUInt8(other.readUInt8(at) ^ 1, at)
      response.writeHead(from === undefined ? 200 : 206, headOf(content, from))
      response.end(other)
      return
    }
    case 'unavailable':
      response.writeHead(503, { 'content-type': 'application/problem+json' })
      response.end('{"code":"unavailable","detail":"Later."}')
      return
    default:
      fault satisfies never
  }
}

function rangeOf(request: IncomingMessage, etag: string): number | undefined {
  const { range, 'if-range': ifRange } = request.headers
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined
  return Number(/^bytes=(\d+)-$/.exec(range)?.[1])
}

function headOf(content: Buffer, from: number | undefined): Record<string, string | number> {
  const length = content.length - (from ?? 0)
  const range =
    from === undefined
      ? {}
      : { 'content-range': `bytes ${from}-${content.length - 1}/${content.length}` }
  return { etag: etagOf(content), 'content-length': length, ...range }
}
