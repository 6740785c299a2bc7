import { basename, dirname } from 'node:path'
import { mkdir, rename, rm } from 'node:fs/promises'
import type { PackageRef } from '../download.ts'
import { MothershipError } from '../errors.ts'
import type { PackageHead } from '../package-head.ts'
import type { ReleasesApi } from '../releases.ts'
import { claimPart, type OpenPart, openPart } from './part-file.ts'

/** Settings of {@link downloadToFile}. */
export interface FileDownloadOptions {
  readonly signal?: AbortSignal | undefined
  /** Told after each piece. */
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined
}

/** How far a download is, in bytes. */
export interface DownloadProgress {
  readonly received: number
  /** Of the whole, when it is known. */
  readonly total: number | undefined
  /** What an earlier process had already received. */
  readonly resumed_from: number
}

/** A package that is there, whole. */
export interface DownloadedFile {
  readonly file: string
  readonly size: number
  readonly sha256: string
  /** Bytes that did not have to be received again. */
  readonly resumed_from: number
}

/**
 * Downloads a package to a file. What arrives goes to a part file beside it, which a later call goes on with, in this
 * process or another one; the part becomes the file, by a rename, only once its SHA-256 is that of the release. A part
 * that turns out to be of another package, or tampered with, is dropped and the download starts again.
 */
export async function downloadToFile(
  releases: Pick<ReleasesApi, 'download'>,
  item: PackageRef,
  file: string,
  options: FileDownloadOptions = {},
): Promise<DownloadedFile> {
  await mkdir(dirname(file), { recursive: true })
  const part = await claimPart(file, item.package_sha256)
  if (part === undefined) return fetchInto(undefined, releases, item, file, options)
  try {
    return await fetchInto(part, releases, item, file, options)
  } catch (error) {
    const unusable =
      error instanceof MothershipError &&
      (error.code === 'package_mismatch' || error.code === 'range_not_satisfiable')
    if (!unusable) throw error
    return await fetchInto(undefined, releases, item, file, options)
  }
}

async function fetchInto(
  resumed: OpenPart | undefined,
  releases: Pick<ReleasesApi, 'download'>,
  item: PackageRef,
  file: string,
  options: FileDownloadOptions,
): Promise<DownloadedFile> {
  const { signal, onProgress } = options
  const resumed_from = resumed?.received ?? 0
  let part = resumed
  let head: PackageHead | undefined
  try {
    if (!resumed?.isWhole()) {
      const stream = releases.download(item, {
        signal,
        resume: resumed && {
          received: resumed.received,
          etag: `"${resumed.sha256}"`,
          hash: resumed.hash,
        },
        onHead: (offered) => {
          head = offered
        },
      })
      for await (const bytes of stream) {
        part ??= await openPart(file, digestOf(head, item))
        await part.write(bytes)
        onProgress?.({ received: part.received, total: head?.size, resumed_from })
      }
    }
    part ??= await openPart(file, digestOf(head, item)) // an empty package has no bytes to wait for
    if (!part.isWhole()) {
      throw new MothershipError(
        'package_mismatch',
        `The package does not have the digest ${part.sha256} of the release ${item.slug} ${item.version}.`,
      )
    }
    await part.close()
    await rename(part.path, file)
    return { file, size: part.received, sha256: part.sha256, resumed_from }
  } catch (error) {
    await part?.close()
    if (part !== undefined && !isWorthKeeping(error)) await rm(part.path, { force: true })
    throw error
  }
}

/** What was received is good for a later try unless the bytes themselves are wrong. */
function isWorthKeeping(error: unknown): boolean {
  return !(
    error instanceof MothershipError &&
    ['package_mismatch', 'package_too_large', 'range_not_satisfiable'].includes(error.code)
  )
}

function digestOf(head: PackageHead | undefined, item: PackageRef): string {
  const digest = head?.sha256 ?? item.package_sha256
  if (digest !== undefined) return digest
  throw new MothershipError(
    'package_mismatch',
    `The mothership names no digest of ${item.slug} ${item.version}: give \`package_sha256\` to write ${basename(item.slug)} to a file.`,
  )
}
