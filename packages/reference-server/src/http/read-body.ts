import { type JsonValue, ManifestError, parseJson } from '@mothership/manifest'
import type { Context } from 'hono'
import { RequestError } from '../errors.ts'
import type { Environment } from './environment.ts'

/** A JSON body is a form with a few fields; the largest of the contract, a usage report of 1,000 events, has 250 kB. */
const maxJsonBytes = 1_048_576

/**
 * Reads a JSON body, counting while it arrives. Duplicate keys, lone surrogates and `__proto__` are refused, as in every
 * document of this mothership. No body at all reads as `{}`.
 */
export async function readJsonBody(c: Context<Environment>): Promise<JsonValue> {
  const bytes = await readBytes(c.req.raw.body, maxJsonBytes)
  if (bytes.length === 0) return {}
  const type = c.req.header('content-type') ?? ''
  if (!/^application\/(?:[\w.+-]+\+)?json *(?:;|$)/i.test(type)) {
    throw new RequestError(
      'unsupported_media_type',
      `The body is of type ${JSON.stringify(type.slice(0, 100))}: send application/json.`,
    )
  }
  try {
    return parseJson(bytes)
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error
    throw new RequestError('invalid_request', `The body is no JSON: ${error.message}`, {
      issues: [{ path: 'body', message: error.message }],
      cause: error,
    })
  }
}

/** Refuses a body that announces more than it may hold, before a byte of it is read. */
export function refuseLongBody(c: Context<Environment>, maxBytes: number): void {
  const announced = Number(c.req.header('content-length') ?? 0)
  if (announced > maxBytes) throw tooLarge(maxBytes)
}

/** The refusal of a body that holds more than allowed. */
export function tooLarge(maxBytes: number, what = 'body'): RequestError {
  return new RequestError(
    'payload_too_large',
    `The ${what} is larger than the ${maxBytes} bytes that are allowed here.`,
    // What was not read cannot be told from the next request: the connection ends.
    { headers: { connection: 'close' } },
  )
}

async function readBytes(
  body: ReadableStream<Uint8Array> | null,
  maxBytes: number,
): Promise<Uint8Array> {
  if (body === null) return new Uint8Array()
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of body) {
    size += chunk.length
    if (size > maxBytes) throw tooLarge(maxBytes)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks, size)
}
