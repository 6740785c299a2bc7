import { lstat, mkdtemp, chown, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { ServerError } from '../../errors.ts'
import type { RunAs } from './run-as.ts'

/** PostgreSQL names its socket after its port, which is nothing but a number here. */
export const socketName = '.s.PGSQL.5432'

/** The longest socket path the kernel takes, in bytes: sun_path less its closing zero. */
const longestPath = process.platform === 'darwin' ? 103 : 107

const prefix = 'mothership-db-'

/** Where the socket lies: in the cluster, or, when that path is too long, in a directory of ours under the temporary folder. */
export async function makeSocketDirectory(
  cluster: string,
  runAs: RunAs,
  temporaryDirectory: string = tmpdir(),
): Promise<{ readonly path: string; readonly temporary: boolean }> {
  if (fits(cluster)) return { path: cluster, temporary: false }
  const path = await mkdtemp(join(temporaryDirectory, prefix)) // Mode 0700, and nobody can have made it before us.
  if (!fits(path)) {
    await rm(path, { recursive: true, force: true })
    throw new ServerError(
      'engine_failed',
      `neither ${cluster} nor the temporary folder leaves room for a socket, whose path may have ${longestPath} bytes: move the data directory (MOTHERSHIP_DATA_DIR) to a shorter path`,
    )
  }
  if (runAs.user !== undefined) await chown(path, runAs.user.uid, runAs.user.gid)
  return { path, temporary: true }
}

/** Removes a socket directory that `makeSocketDirectory` made; leaves everything else alone. */
export async function removeSocketDirectory(path: string): Promise<void> {
  if (!basename(path).startsWith(prefix)) return
  const found = await lstat(path).catch(() => undefined)
  if (found?.isDirectory() === true) await rm(path, { recursive: true, force: true })
}

function fits(directory: string): boolean {
  return Buffer.byteLength(join(directory, socketName)) <= longestPath
}
