import { RequestError } from '../../errors.ts'

/** A span of bytes, both ends included. */
export interface ByteSpan {
  readonly first: number
  readonly last: number
}

/**
 * The part of `size` bytes that is asked for, `undefined` for all of it (RFC 9110, 14.2). `If-Range` holds a validator:
 * only the very same strong tag keeps the range; a date never does, these bytes have none.
 *
 * @throws RequestError `range_not_satisfiable`, with the `Content-Range` that tells the size.
 */
export function requestedSpan(
  size: number,
  etag: string,
  headers: { readonly range?: string; readonly 'if-range'?: string },
): ByteSpan | undefined {
  const { range, 'if-range': ifRange } = headers
  if (range === undefined || (ifRange !== undefined && ifRange !== etag)) return undefined
  const [, first = '', last = ''] = /^bytes=(\d*)-(\d*)$/.exec(range) ?? []
  const span =
    first === ''
      ? { first: Math.max(0, size - Number(last)), last: size - 1 }
      : { first: Number(first), last: last === '' ? size - 1 : Math.min(Number(last), size - 1) }
  if (span.first > span.last || span.first >= size) {
    throw new RequestError(
      'range_not_satisfiable',
      `The package has ${size} bytes, and ${range} lies outside: start again from the beginning.`,
      { headers: { 'content-range': `bytes */${size}`, 'accept-ranges': 'bytes' } },
    )
  }
  return span
}
