import { createSha256 } from '@mothership/manifest'
import { defaultArchiveLimits } from '@mothership/manifest/archive'
import { largestPackageInMemoryBytes } from '../archive/check-archive.ts'
import { InstallerError } from '../errors.ts'
import type { Operation, StageReport } from '../pipeline/operation.ts'
import type { ArtifactRelease } from '../ports/artifact-source.ts'
import type { FileSink } from '../ports/file-system.ts'

/** A downloaded package in the state directory: whole, counted and hashed, not verified. */
export interface Acquired {
  readonly path: string
  readonly size: number
  readonly sha256: string
  /** The same bytes, when they are few. */
  readonly bytes: Uint8Array | undefined
}

/** Downloads the package into the state directory, counting and hashing in the same pass, never past the cap. */
export async function acquirePackage(
  operation: Operation,
  release: ArtifactRelease,
  report: StageReport,
): Promise<Acquired> {
  const { engine, signal } = operation
  const announced = announcedSize(release)
  const cap = engine.limits.packed_bytes ?? defaultArchiveLimits.packed_bytes
  if (announced !== undefined && announced > cap) throw tooLarge(release, cap, announced)
  const path = await operation.incomingPath()
  const hash = createSha256()
  const pieces: Uint8Array[] = []
  let sink: FileSink | undefined
  let size = 0
  try {
    for await (const piece of download(operation, release)) {
      signal?.throwIfAborted()
      size += piece.byteLength
      if (size > cap) throw tooLarge(release, cap, undefined)
      hash.update(piece)
      if (sink !== undefined) await sink.write(piece)
      else {
        pieces.push(piece)
        if (size > largestPackageInMemoryBytes) {
          sink = await engine.fs.createFile(path, 0o600)
          for (const held of pieces.splice(0)) await sink.write(held)
        }
      }
      report(size, announced)
    }
  } finally {
    await sink?.close()
  }
  if (sink !== undefined) return { path, size, sha256: hash.digest(), bytes: undefined }
  const bytes = Buffer.concat(pieces)
  await engine.fs.writeNewFile(path, bytes, 0o600)
  return { path, size, sha256: hash.digest(), bytes }
}

async function* download(
  { engine, signal }: Operation,
  release: ArtifactRelease,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { kind, slug, version } = release
  try {
    yield* engine.source.download({ kind, slug, version }, { signal })
  } catch (error) {
    if (signal?.aborted === true) throw error
    throw new InstallerError({
      code: 'source_failed',
      stage: 'acquire',
      rule: 'source.download',
      message: `Expected the package of ${kind} ${slug} ${version}; the download failed: ${error instanceof Error ? error.message : 'unknown error'}. Try again.`,
      item: { kind, slug, version },
      cause: error,
    })
  }
}

/** What the unverified manifest claims; used for progress and to refuse early, never to allow. */
function announcedSize(release: ArtifactRelease): number | undefined {
  const { manifest } = release
  if (typeof manifest !== 'object' || manifest === null || Array.isArray(manifest)) return undefined
  const size = manifest['package_size']
  return typeof size === 'number' && Number.isSafeInteger(size) && size >= 0 ? size : undefined
}

function tooLarge(
  release: ArtifactRelease,
  cap: number,
  announced: number | undefined,
): InstallerError {
  const came = announced === undefined ? 'more came' : `${announced} are announced`
  return new InstallerError({
    code: 'package_too_large',
    stage: 'acquire',
    rule: 'limits.packed_bytes',
    message: `Expected a package of at most ${cap} bytes; ${came}. Raise limits.packed_bytes if you trust the source.`,
    item: { kind: release.kind, slug: release.slug, version: release.version },
  })
}
