import { createSha256, sha256 } from '@mothership/manifest'
import type { TreeFile } from '@mothership/manifest'
import { join } from 'node:path'
import type { FileSystem } from '../ports/file-system.ts'

// Up to here one read is cheaper than a stream.
const largestWholeFileBytes = 1024 * 1024

/** How an installed tree differs from its signed file list; all paths relative, `/` between segments. */
export interface TreeReport {
  readonly intact: boolean
  readonly missing: readonly string[]
  /** Content, executable bit or type differs. */
  readonly edited: readonly string[]
  /** There, but not in the list; links and directories without files included. */
  readonly foreign: readonly string[]
}

/** Compares a tree with its file list, file by file, following no link. */
export async function verifyTree(
  fs: FileSystem,
  root: string,
  files: readonly TreeFile[],
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<TreeReport> {
  const expected = new Map(files.map((file) => [file.path, file]))
  const directories = new Set(files.flatMap((file) => parentsOf(file.path)))
  const edited: string[] = []
  const foreign: string[] = []
  const seen = new Set<string>()
  const visit = async (relative: string): Promise<void> => {
    for (const entry of await fs.list(relative === '' ? root : join(root, relative))) {
      options.signal?.throwIfAborted()
      const path = relative === '' ? entry.name : `${relative}/${entry.name}`
      const file = expected.get(path)
      if (file !== undefined) {
        seen.add(path)
        if (entry.type !== 'file' || !(await isSame(fs, join(root, path), file))) edited.push(path)
      } else if (entry.type === 'directory' && directories.has(path)) await visit(path)
      else foreign.push(path)
    }
  }
  const there = await fs.inspect(root)
  if (there?.type === 'directory') await visit('')
  const missing = files.map((file) => file.path).filter((path) => !seen.has(path))
  const intact = missing.length === 0 && edited.length === 0 && foreign.length === 0
  return { intact, missing, edited, foreign }
}

async function isSame(fs: FileSystem, path: string, file: TreeFile): Promise<boolean> {
  const status = await fs.inspect(path)
  if (status?.type !== 'file' || status.size !== file.size) return false
  // Windows has no executable bit to compare.
  if (process.platform !== 'win32' && ((status.mode & 0o100) !== 0) !== file.executable)
    return false
  if (file.size <= largestWholeFileBytes) {
    return sha256(await fs.readFile(path, largestWholeFileBytes)) === file.sha256
  }
  const hash = createSha256()
  for await (const chunk of fs.readChunks(path)) hash.update(chunk)
  return hash.digest() === file.sha256
}

function parentsOf(path: string): readonly string[] {
  const segments = path.split('/').slice(0, -1)
  return segments.map((_, index) => segments.slice(0, index + 1).join('/'))
}
