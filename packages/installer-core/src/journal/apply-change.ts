import { sha256 } from '@mothership/manifest'
import { dirname } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { Change, FileSwap, TreeSwap } from './journal-line.ts'

const largestHostFileBytes = 16 * 1024 * 1024

/** Carries a change out. Repeatable: a change that was carried out already is left as it is. */
export async function redoChange(fs: FileSystem, change: Change): Promise<void> {
  if (change.type === 'tree') await redoTree(fs, change)
  else await redoFile(fs, change)
}

/**
 * Takes a change back, whether it was carried out, half carried out or not begun. Repeatable. Answers false when the
 * host file was edited by somebody else since and was therefore left alone.
 */
export async function undoChange(fs: FileSystem, change: Change): Promise<boolean> {
  if (change.type === 'tree') {
    await undoTree(fs, change)
    return true
  }
  return undoFile(fs, change)
}

/** Flushes the directory in which a change took place. */
export async function syncChange(fs: FileSystem, change: Change): Promise<void> {
  await fs.sync(dirname(change.final))
}

async function redoTree(fs: FileSystem, change: TreeSwap): Promise<void> {
  const { final, staged, previous } = change
  if (previous !== null && !(await exists(fs, previous)) && (await exists(fs, final))) {
    // While the new tree still waits in staging, what is at the final path is the old one.
    if (staged === null || (await exists(fs, staged))) await fs.rename(final, previous)
  }
  if (staged === null || !(await exists(fs, staged))) return
  if (await exists(fs, final)) throw occupied(final)
  await fs.rename(staged, final)
}

async function undoTree(fs: FileSystem, change: TreeSwap): Promise<void> {
  const { final, staged, previous } = change
  const moved = previous !== null && (await exists(fs, previous))
  const arrived = staged !== null && !(await exists(fs, staged))
  if (staged !== null && arrived && (moved || previous === null) && (await exists(fs, final))) {
    await fs.rename(final, staged)
  }
  if (previous === null || !moved) return
  if (await exists(fs, final)) throw occupied(final)
  await fs.rename(previous, final)
}

async function redoFile(fs: FileSystem, change: FileSwap): Promise<void> {
  if (change.staged === null) {
    if (await exists(fs, change.final)) await fs.removeFile(change.final)
    return
  }
  if (await exists(fs, change.staged)) await fs.rename(change.staged, change.final)
}

async function undoFile(fs: FileSystem, change: FileSwap): Promise<boolean> {
  const carriedOut =
    change.staged === null ? !(await exists(fs, change.final)) : !(await exists(fs, change.staged))
  if (!carriedOut) return true
  if (change.sha256_after !== (await digestOf(fs, change.final))) return false
  if (change.previous === null) {
    if (await exists(fs, change.final)) await fs.removeFile(change.final)
  } else if (await exists(fs, change.previous)) {
    await fs.rename(change.previous, change.final)
  }
  return true
}

async function digestOf(fs: FileSystem, path: string): Promise<string | null> {
  if (!(await exists(fs, path))) return null
  return sha256(await fs.readFile(path, largestHostFileBytes))
}

async function exists(fs: FileSystem, path: string): Promise<boolean> {
  return (await fs.inspect(path)) !== undefined
}

function occupied(path: string): InstallerError {
  return new InstallerError({
    code: 'target_occupied',
    stage: 'commit',
    rule: 'target.free',
    message: `Expected ${path} to be free; something that is not ours appeared there. Move it away and try again.`,
    file: path,
  })
}
