import { createSha256, type Kind, pluralOfKind } from '@mothership/manifest'
import { checkInput, timeoutError } from './call.ts'
import type { MothershipConfig } from './config.ts'
import { operations } from './contract/index.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import { MothershipError } from './errors.ts'
import { type ExpectedPackage, type PackageHead, readPackageHead } from './package-head.ts'
import { readProblem } from './read-answer.ts'
import type { Transport } from './transport.ts'

/** Which package to download, and what is known of it already. */
export interface PackageRef extends ExpectedPackage {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
}

/** Options of a download. */
export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
}

/** Streams the bytes of a package. */
export type Download = (item: PackageRef, options?: DownloadOptions) => AsyncIterable<Uint8Array>

/** How often a broken download is taken up again. */
const maxResumes = 3

const operation = operations['releases.download']

/**
 * Makes the download of a configuration. Bytes arrive in order and once each: after a broken connection it goes on
 * from where it was (Range with If-Range), or, when the server sends the whole again, skips what was handed on.
 * Length and digest are checked against the ETag, and against what the caller expects.
 */
export function createDownload(config: MothershipConfig, transport: Transport): Download {
  return async function* download(item, options = {}) {
    const params = checkInput(operation, 'params', {
      category: pluralOfKind(item.kind),
      slug: item.slug,
      version: item.version,
    })
    const hash = createSha256()
    let head: PackageHead | undefined
    let received = 0
    let wholeAgain = false
    for (let resumes = 0; ; resumes += 1) {
      let waitMs = config.timeoutMs
      const deadline = openDeadline(waitMs, options.signal)
      let reader: ReadableStreamDefaultReader<Uint8Array> | undefined
      try {
        const range = received > 0 && !wholeAgain ? rangeHeaders(received, head) : {}
        const headers = { accept: '*/*', 'accept-encoding': 'identity', ...range }
        const response = await transport.send({ operation, params, headers }, deadline.signal)
        if (!isPackage(response.status, received)) {
          const problem = await readProblem(operation, response, transport.redact)
          if (response.status < 500 || head === undefined) throw problem
          throw new BrokenOff(problem)
        }
        reader = response.body?.getReader()
        const next = readPackageHead(response, item, config.maxPackageBytes)
        if (response.status === 206 && next.from !== received) {
          wholeAgain = true
          throw new BrokenOff(mismatch('The mothership sent another range than was asked for.'))
        }
        if (head !== undefined && received > 0) assertSamePackage(head, next)
        head = next
        waitMs = config.idleTimeoutMs
        let skip = received - next.from
        for (;;) {
          deadline.restart(waitMs)
          const part = await reader?.read()
          deadline.pause()
          if (part === undefined || part.done) break
          const bytes = part.value.subarray(Math.min(skip, part.value.length))
          skip -= part.value.length - bytes.length
          if (bytes.length === 0) continue
          received += bytes.length
          if (received > Math.min(next.size ?? Infinity, config.maxPackageBytes)) {
            throw tooLong(received, config.maxPackageBytes)
          }
          hash.update(bytes)
          yield bytes
        }
        if (next.size !== undefined && received < next.size) throw new BrokenOff()
        const digest = hash.digest()
        if (next.sha256 !== undefined && digest !== next.sha256) {
          throw mismatch(`The package has the digest ${digest}, expected was ${next.sha256}.`)
        }
        return
      } catch (error) {
        const failure = classify(error, deadline, options.signal, waitMs)
        if (!failure.resumable || head === undefined) throw failure.error
        if (resumes >= maxResumes) {
          throw new MothershipError(
            'interrupted',
            `The download broke off ${resumes + 1} times, last at byte ${received}. Try again later.`,
            { cause: failure.error },
          )
        }
      } finally {
        deadline.close()
        // Cancelling a stream that already failed rejects with that failure, which was dealt with above.
        await reader?.cancel().catch(() => undefined)
      }
    }
  }
}

/** The connection ended before the package did. */
class BrokenOff extends Error {
  constructor(cause?: MothershipError) {
    super('The connection ended before the package did', { cause })
  }
}

function isPackage(status: number, received: number): boolean {
  return status === 200 || (status === 206 && received > 0)
}

function rangeHeaders(received: number, head: PackageHead | undefined): Record<string, string> {
  const range = { range: `bytes=${received}-` }
  return head?.etag === undefined ? range : { ...range, 'if-range': head.etag }
}

/** A release is immutable, and bytes that were handed on cannot be taken back. */
function assertSamePackage(before: PackageHead, now: PackageHead): void {
  if (before.etag === now.etag && before.size === now.size) return
  throw mismatch('The package changed while it was downloaded. Start the download again.')
}

function mismatch(message: string): MothershipError {
  return new MothershipError('package_mismatch', message)
}

function tooLong(received: number, maxBytes: number): MothershipError {
  return received > maxBytes
    ? new MothershipError('package_too_large', `The package is longer than ${maxBytes} bytes.`)
    : mismatch('The package is longer than the mothership said.')
}

/** Decides what a failure is: the caller's wish, a broken connection that may be taken up again, or final. */
function classify(
  error: unknown,
  deadline: Deadline,
  signal: AbortSignal | undefined,
  waitMs: number,
): { readonly resumable: boolean; readonly error: unknown } {
  if (signal?.aborted) return { resumable: false, error: signal.reason }
  if (deadline.expired()) {
    return { resumable: true, error: timeoutError(operation, waitMs) }
  }
  if (error instanceof MothershipError) {
    return { resumable: error.code === 'unreachable', error }
  }
  if (error instanceof BrokenOff) return { resumable: true, error: error.cause ?? error }
  return {
    resumable: true,
    error: new MothershipError('interrupted', 'The connection broke during the download.'),
  }
}
