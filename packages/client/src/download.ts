import { createSha256, type Kind, pluralOfKind, type Sha256 } from '@mothership/manifest'
import { assertUsable, checkInput, timeoutError } from './call.ts'
import type { MothershipConfig } from './config.ts'
import { operations } from './contract/index.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import type { Endpoint } from './endpoint.ts'
import { isOutage, MothershipError } from './errors.ts'
import { type BodyReader, openBody } from './open-body.ts'
import { type ExpectedPackage, type PackageHead, readPackageHead } from './package-head.ts'
import { readProblem } from './read-answer.ts'

/** Which package to download, and what is known of it already. */
export interface PackageRef extends ExpectedPackage {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
}

/** Options of a download. */
export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined
  /** Goes on with a download that an earlier process began. */
  readonly resume?: DownloadedPart | undefined
  /** Told what is offered, before the first byte; again after each resumption. */
  readonly onHead?: ((head: PackageHead) => void) | undefined
}

/** The beginning of a package that is there already. */
export interface DownloadedPart {
  /** Its length in bytes. */
  readonly received: number
  /** ETag of the package it belongs to. */
  readonly etag: string
  /** A SHA-256 that has taken exactly these bytes. */
  readonly hash: Sha256
}

/** Streams the bytes of a package; of a resumed one, those that were missing. */
export type Download = (item: PackageRef, options?: DownloadOptions) => AsyncIterable<Uint8Array>

/** How often in a row a broken download is taken up again, and the bytes that count as success in between. */
const maxResumes = 3
const progressBytes = 1_048_576

const operation = operations['releases.download']

/**
 * Makes the download of a configuration. Bytes arrive in order and once each: after a broken connection it goes on
 * from where it was (Range with If-Range), or, when the server sends the whole again, skips what was handed on.
 * Length and digest are checked against the ETag, and against what the caller expects.
 */
export function createDownload(config: MothershipConfig, endpoint: Endpoint): Download {
  const openPackage = (
    params: object | undefined,
    received: number,
    etag: string | undefined,
    deadline: Deadline,
  ): Promise<Response> => {
    const range = received > 0 ? { range: `bytes=${received}-` } : {}
    const ifRange = received > 0 && etag !== undefined ? { 'if-range': etag } : {}
    const headers = { accept: '*/*', 'accept-encoding': 'identity', ...range, ...ifRange }
    return endpoint.run({ operation, params, headers }, deadline, async (response, redact) => {
      if (response.status === 200 || (response.status === 206 && received > 0)) return response
      throw await readProblem(operation, response, redact, config.now)
    })
  }

  return async function* download(item, options = {}) {
    const params = checkInput(operation, 'params', {
      category: pluralOfKind(item.kind),
      slug: item.slug,
      version: item.version,
    })
    assertUsable(config, false)
    const { resume } = options
    const hash = resume?.hash ?? createSha256()
    let received = resume?.received ?? 0
    let head: Pick<PackageHead, 'etag' | 'size'> | undefined =
      resume === undefined ? undefined : { etag: resume.etag, size: item.package_size }
    let wholeAgain = false
    let resumes = 0
    let resumedAt = received
    for (;;) {
      let waitMs = config.timeoutMs
      const deadline = openDeadline(waitMs, options.signal)
      let reader: BodyReader | undefined
      try {
        const asked = wholeAgain ? 0 : received
        const response = await openPackage(params, asked, head?.etag, deadline)
        deadline.pause()
        reader = openBody(response, config.maxPackageBytes)
        const next = readPackageHead(response, item, config.maxPackageBytes)
        if (response.status === 206 && next.from !== received) {
          wholeAgain = true
          throw new BrokenOff(mismatch('The mothership sent another range than was asked for.'))
        }
        if (head !== undefined && received > 0) assertSamePackage(head, next)
        head = next
        options.onHead?.(next)
        waitMs = config.idleTimeoutMs
        let skip = received - next.from
        for (;;) {
          deadline.restart(waitMs)
          const part = await reader?.read()
          deadline.pause()
          if (part?.value === undefined) break
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
        resumes = received - resumedAt >= progressBytes ? 1 : resumes + 1
        resumedAt = received
        if (resumes > maxResumes) {
          throw new MothershipError(
            'interrupted',
            `The download broke off ${resumes} times in a row, last at byte ${received}. Try again later.`,
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

/** A release is immutable, and bytes that were handed on cannot be taken back. */
function assertSamePackage(
  before: Pick<PackageHead, 'etag' | 'size'>,
  now: Pick<PackageHead, 'etag' | 'size'>,
): void {
  const sameSize = before.size === undefined || before.size === now.size
  if (before.etag === now.etag && sameSize) return
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
    return { resumable: isOutage(error) && error.code !== 'circuit_open', error }
  }
  if (error instanceof BrokenOff) return { resumable: true, error: error.cause ?? error }
  return {
    resumable: true,
    error: new MothershipError('interrupted', 'The connection broke during the download.'),
  }
}
