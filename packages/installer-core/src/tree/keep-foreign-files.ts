import { dirname, join } from 'node:path'
import type { FileSystem } from '../ports/file-system.ts'

/**
 * Builds, in scratch, the tree that remains when an item goes: what was not its own, or was edited by its user.
 * Directories are moved over whole by the caller's rename, so only the kept entries are copied.
 */
export async function keepForeignFiles(
  fs: FileSystem,
  root: string,
  kept: readonly string[],
  scratch: string,
): Promise<string> {
  const remainder = join(scratch, 'new')
  await fs.makeDirectory(remainder, 0o755)
  for (const path of kept) {
    await makeParents(fs, remainder, path)
    await copyEntry(fs, join(root, path), join(remainder, path))
  }
  return remainder
}

async function copyEntry(fs: FileSystem, from: string, to: string): Promise<void> {
  const status = await fs.inspect(from)
  // A pipe, socket or device cannot be copied; it belongs to a program that makes it again.
  if (status === undefined || status.type === 'other') return
  if (status.type === 'symlink') {
    await fs.copyLink(from, to)
    return
  }
  if (status.type === 'file') {
    await copyFile(fs, from, to, status.mode)
    return
  }
  await fs.makeDirectory(to, status.mode)
  for (const entry of await fs.list(from)) {
    await copyEntry(fs, join(from, entry.name), join(to, entry.name))
  }
}

async function copyFile(fs: FileSystem, from: string, to: string, mode: number): Promise<void> {
  const sink = await fs.createFile(to, mode)
  try {
    for await (const chunk of fs.readChunks(from)) await sink.write(chunk)
  } finally {
    await sink.close()
  }
}

async function makeParents(fs: FileSystem, root: string, path: string): Promise<void> {
  const parent = dirname(path)
  if (parent === '.' || (await fs.inspect(join(root, parent))) !== undefined) return
  await makeParents(fs, root, parent)
  await fs.makeDirectory(join(root, parent), 0o755)
}
