import type { TreeFile } from '@mothership/manifest'
import { dirname, join } from 'node:path'
import type { FileSystem } from '../ports/file-system.ts'

// Flushes overlap in the device's queue; the thread pool has four threads.
const parallelFlushes = 4

/** Flushes every listed file that is there, then every directory, to the device. */
export async function flushTree(
  fs: FileSystem,
  root: string,
  files: readonly TreeFile[],
): Promise<void> {
  const paths = files.map((file) => join(root, file.path))
  const directories = new Set([root])
  for (const file of files) {
    for (let path = dirname(file.path); path !== '.'; path = dirname(path)) {
      directories.add(join(root, path))
    }
  }
  await flushAll(fs, paths)
  await flushAll(fs, [...directories])
  await flushAll(fs, [dirname(root)])
}

async function flushAll(fs: FileSystem, paths: readonly string[]): Promise<void> {
  for (let start = 0; start < paths.length; start += parallelFlushes) {
    const batch = paths.slice(start, start + parallelFlushes)
    await Promise.all(
      batch.map(async (path) => {
        const type = (await fs.inspect(path))?.type
        if (type === 'file' || type === 'directory') await fs.sync(path)
      }),
    )
  }
}
