import { dirname, isAbsolute, join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import type { FileSystem } from '../ports/file-system.ts'

/** The installer's own directory: everything in it is private to this package. */
export interface StateDirectory {
  readonly root: string
  /** One file per operation that is not yet both recorded and flushed. */
  readonly journal: string
  /** One file per installed item: what is on the disk, where, from which held release. */
  readonly placements: string
  /** Verified packages with their release documents, by digest of the signed manifest. */
  readonly held: string
  /** Downloads that are not verified yet. */
  readonly incoming: string
  readonly locks: string
  /** Host files as they were before an edit; made when there is one. */
  readonly backups: string
  readonly ledger: string
}

/** Where the parts of a state directory are; touches nothing. */
export function stateDirectory(root: string): StateDirectory {
  if (!isAbsolute(root)) {
    throw new InstallerError({
      code: 'invalid_configuration',
      stage: 'request',
      rule: 'directory.absolute',
      message: `Expected an absolute path for the installer's state directory; came ${JSON.stringify(root)}. Resolve it against a fixed root first.`,
    })
  }
  return {
    root,
    journal: join(root, 'journal'),
    placements: join(root, 'placements'),
    held: join(root, 'held'),
    incoming: join(root, 'incoming'),
    locks: join(root, 'locks'),
    backups: join(root, 'backups'),
    ledger: join(root, 'ledger'),
  }
}

/** Creates what is missing, readable by this user alone; repeatable, and safe when several processes start at once. */
export async function ensureStateDirectory(fs: FileSystem, state: StateDirectory): Promise<void> {
  await ensureDirectory(fs, state.root)
  for (const part of [state.journal, state.placements, state.held, state.incoming, state.locks]) {
    await ensureDirectory(fs, part)
  }
}

/** Creates a directory and its missing parents with mode 700. */
export async function ensureDirectory(fs: FileSystem, path: string): Promise<void> {
  const there = await fs.inspect(path)
  if (there?.type === 'directory') return
  if (there?.type === 'symlink') {
    const real = await fs.inspect(await fs.realPath(path))
    if (real?.type === 'directory') return
  }
  try {
    await fs.makeDirectory(path, 0o700)
  } catch (error) {
    if (hasCode(error, 'ENOENT') && dirname(path) !== path) {
      await ensureDirectory(fs, dirname(path))
      await ensureDirectory(fs, path)
      return
    }
    if (!hasCode(error, 'EEXIST')) throw error
    if ((await fs.inspect(path))?.type !== 'directory') throw error
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && 'code' in error && error.code === code
}

/** How our scratch directories in a target are called; hosts skip names that begin with a dot. */
export const scratchPrefix = '.mothership-'

/** The file name that stands for an item inside the state directory; slugs hold only `[a-z0-9.-]`. */
export function itemFileName(item: ItemKey): string {
  return `${item.kind}.${item.slug}`
}
