import { join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { ArtifactRelease } from '../ports/artifact-source.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { StateDirectory } from './state-directory.ts'

// The file list of the largest allowed archive (10,000 entries) with a manifest is well under this.
const largestReleaseBytes = 16 * 1024 * 1024

/** Where the package of a held release is. */
export function heldPackagePath(state: StateDirectory, manifestSha256: string): string {
  return join(state.held, `${manifestSha256}.package`)
}

function heldReleasePath(state: StateDirectory, manifestSha256: string): string {
  return join(state.held, `${manifestSha256}.json`)
}

/**
 * Keeps a verified package and its release for `verify`, `repair` and recovery. `incoming` is the verified download. The
 * caller flushes them with `flushHeldRelease` before anything relies on them.
 */
export async function holdRelease(
  fs: FileSystem,
  state: StateDirectory,
  manifestSha256: string,
  release: ArtifactRelease,
  incoming: string,
): Promise<void> {
  const document = `${incoming}.json`
  await fs.writeNewFile(document, new TextEncoder().encode(JSON.stringify(release)), 0o600)
  await fs.rename(document, heldReleasePath(state, manifestSha256))
  await fs.rename(incoming, heldPackagePath(state, manifestSha256))
}

/** Flushes package and release document; their directory is the caller's to flush. */
export async function flushHeldRelease(
  fs: FileSystem,
  state: StateDirectory,
  manifestSha256: string,
): Promise<void> {
  await Promise.all([
    fs.sync(heldPackagePath(state, manifestSha256)),
    fs.sync(heldReleasePath(state, manifestSha256)),
  ])
}

/** The release of an installed item as it was verified, or `undefined` when it is not held. */
export async function readHeldRelease(
  fs: FileSystem,
  state: StateDirectory,
  manifestSha256: string,
): Promise<ArtifactRelease | undefined> {
  const path = heldReleasePath(state, manifestSha256)
  if ((await fs.inspect(path)) === undefined) return undefined
  try {
    // Written by this package; its manifest is verified again by every caller that relies on it.
    return JSON.parse(
      new TextDecoder().decode(await fs.readFile(path, largestReleaseBytes)),
    ) as ArtifactRelease
  } catch (cause) {
    throw new InstallerError({
      code: 'tree_damaged',
      stage: 'verify',
      rule: 'held.readable',
      message: `Expected the held release document to be readable; it is damaged. Run repair() while the source is reachable.`,
      file: path,
      cause,
    })
  }
}

/** Lets go of a held release; one that is not there is no error. */
export async function dropHeldRelease(
  fs: FileSystem,
  state: StateDirectory,
  manifestSha256: string,
): Promise<void> {
  for (const path of [
    heldPackagePath(state, manifestSha256),
    heldReleasePath(state, manifestSha256),
  ]) {
    if ((await fs.inspect(path)) !== undefined) await fs.removeFile(path)
  }
}
