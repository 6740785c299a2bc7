import { once } from 'node:events'
import { crc32, createInflateRaw, inflateRawSync } from 'node:zlib'
import { ArchiveError } from '../errors.ts'
import type { ArchiveLimits } from './limits.ts'

/** Packages up to this size are inflated in one step, which is faster than a stream. */
const oneStepBytes = 256 * 1024
/** Large pieces keep the cost per piece low; see the measurements in TARGETS. */
const chunkBytes = 1024 * 1024
/** Below this output no ratio is judged: padding of tiny packages shrinks beyond any. */
export const ratioFreeBytes: number = 1024 * 1024
/** Room for the headers and padding of as many entries as allowed, beside their contents. */
const headerBytesPerEntry = 2048

/**
 * Inflates exactly one gzip member (RFC 1952) and checks its trailer. A second member, or any byte behind the first, is
 * refused, as is output beyond the limits, counted as it comes.
 */
export async function* readGzip(
  source: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<Uint8Array> {
  const head = await collect(source, oneStepBytes)
  const headerBytes = gzipHeaderBytes(head.bytes)
  if (head.complete) yield* inflateAtOnce(head.bytes, headerBytes, limits)
  else yield* inflateAsItComes(head.bytes.subarray(headerBytes), head.rest, limits)
}

function* inflateAtOnce(
  bytes: Uint8Array,
  headerBytes: number,
  limits: ArchiveLimits,
): Generator<Uint8Array> {
  const compressed = bytes.subarray(headerBytes)
  const budget = Math.min(maxOutput(limits), Math.max(ratioFreeBytes, bytes.length * limits.ratio))
  let output: Uint8Array
  let consumed: number
  try {
    const result = inflateRawSync(compressed, {
      maxOutputLength: budget,
      info: true,
    }) as unknown as {
      buffer: Uint8Array
      engine: { bytesWritten: number }
    }
    output = result.buffer
    consumed = result.engine.bytesWritten
  } catch (cause) {
    throw inflateError(cause, budget < maxOutput(limits) ? 'ratio' : 'unpacked_bytes')
  }
  assertTrailer(compressed.subarray(consumed), crc32(output), output.length)
  yield output
}

async function* inflateAsItComes(
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  limits: ArchiveLimits,
): AsyncGenerator<Uint8Array> {
  const inflate = createInflateRaw({ chunkSize: chunkBytes })
  const input = { fed: 0, tail: new Uint8Array() as Uint8Array, ended: false }
  const closed = once(inflate, 'close').catch(() => undefined)
  const feeding = feed(inflate, input, first, rest, closed)
  feeding.catch((error: Error) => inflate.destroy(error))
  let produced = 0
  let checksum = 0
  try {
    for await (const piece of inflate as AsyncIterable<Uint8Array>) {
      produced += piece.length
      checksum = crc32(piece, checksum)
      assertOutput(produced, input.fed, limits)
      yield piece
    }
  } catch (cause) {
    throw cause instanceof ArchiveError ? cause : inflateError(cause, 'unpacked_bytes')
  } finally {
    input.ended = true
    inflate.destroy()
  }
  await feeding
  const behind = input.fed - inflate.bytesWritten
  if (behind > input.tail.length) trailing()
  assertTrailer(input.tail.subarray(input.tail.length - behind), checksum, produced)
}

async function feed(
  inflate: ReturnType<typeof createInflateRaw>,
  input: { fed: number; tail: Uint8Array; ended: boolean },
  first: Uint8Array,
  rest: AsyncIterable<Uint8Array>,
  closed: Promise<unknown>,
): Promise<void> {
  async function give(piece: Uint8Array): Promise<void> {
    input.fed += piece.length
    input.tail = lastBytes(input.tail, piece)
    if (input.ended || inflate.destroyed) return
    if (!inflate.write(piece)) await Promise.race([once(inflate, 'drain'), closed])
  }
  await give(first)
  for await (const piece of rest) await give(piece)
  if (!input.ended && !inflate.destroyed) inflate.end()
}

/** The trailer is eight bytes: nine are kept to tell whether there is more. */
function lastBytes(before: Uint8Array, piece: Uint8Array): Uint8Array {
  if (piece.length >= 9) return piece.slice(-9)
  const joined = new Uint8Array(before.length + piece.length)
  joined.set(before)
  joined.set(piece, before.length)
  return joined.subarray(Math.max(0, joined.length - 9))
}

function assertTrailer(trailer: Uint8Array, checksum: number, size: number): void {
  if (trailer.length < 8) {
    throw new ArchiveError(
      'truncated',
      'expected the gzip trailer, got the end of the archive: fetch it again',
    )
  }
  if (trailer.length > 8) trailing()
  const view = new DataView(trailer.buffer, trailer.byteOffset, 8)
  if (view.getUint32(0, true) !== checksum || view.getUint32(4, true) !== size % 2 ** 32) {
    throw new ArchiveError(
      'checksum',
      'expected the gzip checksum to fit, got another: fetch the archive again',
    )
  }
}

function assertOutput(produced: number, consumed: number, limits: ArchiveLimits): void {
  if (produced > maxOutput(limits)) {
    throw new ArchiveError(
      'unpacked_bytes',
      `expected at most ${limits.unpacked_bytes} bytes of content, got more: split the package`,
    )
  }
  if (produced > ratioFreeBytes && produced > consumed * limits.ratio) ratioExceeded(limits)
}

function maxOutput(limits: ArchiveLimits): number {
  return limits.unpacked_bytes + limits.entries * headerBytesPerEntry + ratioFreeBytes
}

/** RFC 1952 §2.3: ten bytes, then optional fields. Reserved flags must be zero. */
function gzipHeaderBytes(bytes: Uint8Array): number {
  const flags = bytes[3] ?? 0
  if (bytes.length < 18 || bytes[2] !== 8 || (flags & 0xe0) !== 0) {
    throw new ArchiveError(
      'format',
      'expected a gzip member, got another header: pack the folder anew',
    )
  }
  let offset = 10
  if ((flags & 0x04) !== 0) offset += 2 + (bytes[offset] ?? 0) + (bytes[offset + 1] ?? 0) * 256
  for (const flag of [0x08, 0x10]) {
    if ((flags & flag) === 0) continue
    const end = bytes.indexOf(0, offset)
    offset = end < 0 ? bytes.length : end + 1
  }
  if ((flags & 0x02) !== 0) offset += 2
  if (offset > bytes.length - 8 || offset > 64 * 1024) {
    throw new ArchiveError(
      'truncated',
      'expected compressed data after the gzip header, got none: fetch it again',
    )
  }
  return offset
}

async function collect(
  source: AsyncIterable<Uint8Array>,
  atLeast: number,
): Promise<{ bytes: Uint8Array; complete: boolean; rest: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  const pieces: Uint8Array[] = []
  let length = 0
  let complete = false
  while (length <= atLeast && !complete) {
    const next = await iterator.next()
    if (next.done === true) complete = true
    else {
      pieces.push(next.value)
      length += next.value.length
    }
  }
  const bytes = pieces.length === 1 && pieces[0] !== undefined ? pieces[0] : Buffer.concat(pieces)
  return { bytes, complete, rest: { [Symbol.asyncIterator]: () => iterator } }
}

function inflateError(cause: unknown, tooLarge: 'ratio' | 'unpacked_bytes'): ArchiveError {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined
  if (code === 'ERR_BUFFER_TOO_LARGE') {
    return new ArchiveError(
      tooLarge,
      'expected less content for its size, got far more: split the package',
      { cause },
    )
  }
  if (code === 'Z_BUF_ERROR') {
    return new ArchiveError(
      'truncated',
      'expected more compressed data, got the end: fetch the archive again',
      { cause },
    )
  }
  return new ArchiveError(
    'compression',
    'expected deflated data, got other bytes: fetch the archive again',
    { cause },
  )
}

function ratioExceeded(limits: ArchiveLimits): never {
  throw new ArchiveError(
    'ratio',
    `expected at most ${limits.ratio} times the size of the archive, got more: pack it anew`,
  )
}

function trailing(): never {
  throw new ArchiveError(
    'trailing_data',
    'expected one gzip member and nothing behind it, got more bytes: pack the folder anew',
  )
}
