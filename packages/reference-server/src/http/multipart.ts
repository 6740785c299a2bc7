import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Readable, type Readable as NodeReadable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { Busboy, type BusboyHeaders } from '@fastify/busboy'
import type { MultipartBody } from '@mothership/client/contract'
import type { Context } from 'hono'
import { RequestError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { refuseLongBody, tooLarge } from './read-body.ts'

/** A file of a multipart body, held on disk for the time of the request. */
export interface StagedFile {
  readonly path: string
  readonly size: number
}

/** A JSON part as it came: its text is parsed by whoever knows what it is. */
export interface TextPart {
  readonly text: string
}

/** The parts of a body, all there, none twice. `discard` takes the held files away. */
export interface StagedParts extends AsyncDisposable {
  readonly files: ReadonlyMap<string, StagedFile>
  readonly texts: ReadonlyMap<string, TextPart>
}

/** Part headers, boundaries and line ends around the parts: generous, and small beside any package. */
const framingBytes = 16_384

/**
 * Reads a multipart body while it arrives: files go to a private folder under `directory`, every part is counted
 * against its own limit and the reading ends at the first fault. Names of the sender's are never used as paths.
 */
export async function readMultipart(
  c: Context<Environment>,
  body: MultipartBody,
  directory: string,
): Promise<StagedParts> {
  const type = c.req.header('content-type') ?? ''
  if (!/^multipart\/form-data *;/i.test(type)) {
    throw new RequestError(
      'unsupported_media_type',
      `The body is of type ${JSON.stringify(type.slice(0, 100))}: send multipart/form-data with the parts ${names(body)}.`,
    )
  }
  const limits = Object.values(body.parts as Record<string, { maxBytes: number }>)
  const total = limits.reduce((sum, part) => sum + part.maxBytes, framingBytes)
  refuseLongBody(c, total)
  if (c.req.raw.body === null) throw incomplete('The body is empty.')

  const folder = await mkdtemp(join(directory, 'upload-'))
  const discard = (): Promise<void> => rm(folder, { recursive: true, force: true })
  try {
    const parts = await stage(c.req.raw.body, type, body, folder, total)
    return { ...parts, [Symbol.asyncDispose]: discard }
  } catch (error) {
    await discard()
    throw error
  }
}

async function stage(
  source: ReadableStream<Uint8Array>,
  contentType: string,
  body: MultipartBody,
  folder: string,
  total: number,
): Promise<Pick<StagedParts, 'files' | 'texts'>> {
  const files = new Map<string, StagedFile>()
  const texts = new Map<string, TextPart>()
  const seen = new Set<string>()
  const work: Promise<void>[] = []
  const stop = new AbortController()
  const fail = (error: unknown): void => {
    // What is not a refusal of ours is the parser's or the sender's way of saying that the body broke off.
    stop.abort(error instanceof RequestError || isOwnFault(error) ? error : brokenOff(error))
  }
  const expected = body.parts as Record<string, { type: 'json' | 'file'; maxBytes: number }>

  const parser = openParser(contentType, Object.keys(expected).length)
  parser.on('partsLimit', () => fail(unexpected('There are more parts than expected.', body)))
  parser.on('file', (name: string, content: NodeReadable) => {
    const part = Object.hasOwn(expected, name) ? expected[name] : undefined
    if (part === undefined || seen.has(name)) {
      content.resume()
      const shown = JSON.stringify(name.slice(0, 50))
      fail(unexpected(`Part ${shown} is ${part ? 'there twice' : 'unknown'}.`, body))
      return
    }
    seen.add(name)
    const done =
      part.type === 'file'
        ? holdFile(content, join(folder, `${seen.size}`), part.maxBytes, name, stop.signal).then(
            (file) => void files.set(name, file),
          )
        : readText(content, part.maxBytes, name).then((text) => void texts.set(name, { text }))
    work.push(done.catch(fail))
  })

  const counted = new PassThrough()
  let size = 0
  counted.on('data', (chunk: Uint8Array) => {
    size += chunk.length
    if (size > total) fail(tooLarge(total))
  })
  try {
    await pipeline(Readable.fromWeb(source as never), counted, parser, { signal: stop.signal })
    await Promise.all(work)
    stop.signal.throwIfAborted()
  } catch (error) {
    await Promise.all(work)
    if (stop.signal.aborted) throw stop.signal.reason
    throw isOwnFault(error) ? error : brokenOff(error)
  }
  const missing = Object.keys(expected).filter((name) => !seen.has(name))
  if (missing.length > 0) throw unexpected(`Part ${missing.join(' and ')} is missing.`, body)
  return { files, texts }
}

function openParser(contentType: string, parts: number): InstanceType<typeof Busboy> {
  const headers: BusboyHeaders = { 'content-type': contentType }
  try {
    return new Busboy({
      headers,
      // One part more than expected may begin, so that it can be named in the refusal.
      limits: { parts: parts + 1, headerPairs: 20, fieldNameSize: 100 },
      isPartAFile: () => true, // JSON parts stream as well: whatever arrives is counted, not cut
    })
  } catch (error) {
    throw incomplete(`The content type names no usable boundary: ${messageOf(error)}`)
  }
}

async function holdFile(
  content: NodeReadable,
  path: string,
  maxBytes: number,
  name: string,
  signal: AbortSignal,
): Promise<StagedFile> {
  let size = 0
  await pipeline(
    content,
    async function* count(chunks: AsyncIterable<Uint8Array>) {
      for await (const chunk of chunks) {
        size += chunk.length
        if (size > maxBytes) throw tooLarge(maxBytes, `part ${name}`)
        yield chunk
      }
    },
    createWriteStream(path, { flags: 'wx', mode: 0o600 }),
    { signal },
  )
  return { path, size }
}

async function readText(content: NodeReadable, maxBytes: number, name: string): Promise<string> {
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of content as AsyncIterable<Uint8Array>) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes, `part ${name}`)
    chunks.push(chunk)
  }
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(Buffer.concat(chunks))
  } catch (error) {
    throw new RequestError('invalid_request', `Part ${name} is no UTF-8 text.`, { cause: error })
  }
}

/** A disk that is full or a folder that is gone is no fault of the sender's. */
function isOwnFault(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error
}

function brokenOff(error: unknown): RequestError {
  return incomplete(`The body ends early or is no multipart body: ${messageOf(error)}`)
}

function incomplete(message: string): RequestError {
  return new RequestError('invalid_request', message, { headers: { connection: 'close' } })
}

function unexpected(message: string, body: MultipartBody): RequestError {
  return new RequestError('invalid_request', `${message} Send each once: ${names(body)}.`, {
    issues: [{ path: 'body', message }],
    headers: { connection: 'close' },
  })
}

function names(body: MultipartBody): string {
  return Object.keys(body.parts).join(', ')
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
