import { dirname, join } from 'node:path'
import type { FileSystem } from '../ports/file-system.ts'
import type { TreeReport } from './verify-tree.ts'

/** A file of the user's that an operation kept. */
export interface KeptFile {
  /** Relative to the item's directory, where it was. */
  readonly path: string
  /** Absolute, where it is now. */
  readonly kept_as: string
}

/** The trees between which files are carried over. */
export interface CarryOver {
  /** The tree that goes. */
  readonly from: string
  /** The new tree, in scratch. */
  readonly staged: string
  /** Where the new tree will be. */
  readonly final: string
  /** Where what finds no place in the new tree is kept; made when needed. */
  readonly backups: () => Promise<string>
}

/**
 * Carries what is the user's from an old tree to a new one: foreign files keep their place where the new version
 * leaves it free; edited files, and foreign ones in its way, are kept in the backups.
 */
export async function carryOver(
  fs: FileSystem,
  report: TreeReport,
  trees: CarryOver,
): Promise<readonly KeptFile[]> {
  const kept: KeptFile[] = []
  for (const path of report.foreign) {
    if (await isFree(fs, trees.staged, path)) {
      await makeParents(fs, trees.staged, path)
      await copyEntry(fs, join(trees.from, path), join(trees.staged, path))
      kept.push({ path, kept_as: join(trees.final, path) })
    } else kept.push(await backUp(fs, trees, path))
  }
  for (const path of report.edited) kept.push(await backUp(fs, trees, path))
  return kept
}

/** Builds, in scratch, the tree that remains when an item goes: what was foreign or edited. */
export async function remainderOf(
  fs: FileSystem,
  from: string,
  report: TreeReport,
  staged: string,
): Promise<readonly string[]> {
  const kept = [...report.edited, ...report.foreign]
  await fs.makeDirectory(staged, 0o755)
  for (const path of kept) {
    await makeParents(fs, staged, path)
    await copyEntry(fs, join(from, path), join(staged, path))
  }
  return kept
}

async function backUp(fs: FileSystem, trees: CarryOver, path: string): Promise<KeptFile> {
  const backups = await trees.backups()
  await makeParents(fs, backups, path)
  await copyEntry(fs, join(trees.from, path), join(backups, path))
  return { path, kept_as: join(backups, path) }
}

/** Free when nothing is there, and no file stands where a parent directory would have to. */
async function isFree(fs: FileSystem, root: string, path: string): Promise<boolean> {
  if ((await fs.inspect(join(root, path))) !== undefined) return false
  for (let parent = dirname(path); parent !== '.'; parent = dirname(parent)) {
    const status = await fs.inspect(join(root, parent))
    if (status !== undefined && status.type !== 'directory') return false
  }
  return true
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
