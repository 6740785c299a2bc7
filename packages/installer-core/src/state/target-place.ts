import { basename, dirname, isAbsolute, join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import type { Target } from '../ports/kind-adapter.ts'
import { ensureDirectory } from './state-directory.ts'

/** A target directory pinned down: where it really is, and which directory that is. */
export interface TargetPlace {
  /** Every link on the way resolved; the host may well have given a link. */
  readonly root: string
  readonly device: number
  readonly inode: number
  /** The directory of the item, below `root`. */
  readonly directory: string
}

// Names a Windows host cannot hold; refused everywhere, so that an item is the same on every host.
const reservedName = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$/

/** Finds out where an item goes and pins the target directory, creating it when it is missing. */
export async function pinTarget(
  fs: FileSystem,
  target: Target,
  item: ItemKey,
  enabled: boolean,
): Promise<TargetPlace> {
  if (!isAbsolute(target.directory)) {
    throw new InstallerError({
      code: 'invalid_configuration',
      stage: 'request',
      rule: 'target.absolute',
      message: `Expected an absolute target directory for kind ${item.kind}; came ${JSON.stringify(target.directory)}.`,
    })
  }
  if ((await fs.inspect(target.directory)) === undefined) {
    await ensureDirectory(fs, target.directory)
  }
  const root = await fs.realPath(target.directory)
  return pinPlace(fs, withEnabled(join(root, directoryName(target, item)), enabled))
}

/** Pins the directory around a path that was pinned before: that of an installed item. */
export async function pinPlace(fs: FileSystem, directory: string): Promise<TargetPlace> {
  const root = dirname(directory)
  const status = await fs.inspect(root)
  if (status?.type !== 'directory') throw unsafe(root, 'is not a directory')
  return { root, device: status.device, inode: status.inode, directory }
}

const disabledPrefix = '.disabled.'

/** The path of an item that is switched on or off: hosts skip names that begin with a dot. */
export function withEnabled(directory: string, enabled: boolean): string {
  const name = basename(directory)
  const plain = name.startsWith(disabledPrefix) ? name.slice(disabledPrefix.length) : name
  return join(dirname(directory), enabled ? plain : `${disabledPrefix}${plain}`)
}

/** Throws when the pinned directory is no longer what it was, or a step of its path became a link. */
export async function recheckTarget(fs: FileSystem, place: TargetPlace): Promise<void> {
  const status = await fs.inspect(place.root)
  if (status?.type !== 'directory') throw unsafe(place.root, 'is no longer a directory')
  if (status.device !== place.device || status.inode !== place.inode) {
    throw unsafe(place.root, 'was replaced by another directory')
  }
  if ((await fs.realPath(place.root)) !== place.root) {
    throw unsafe(place.root, 'is now reached through a link')
  }
}

/** Where an item would go, before anything is looked up on the disk. */
export function targetDirectory(target: Target | undefined, item: ItemKey): string {
  return target === undefined ? '' : join(target.directory, directoryName(target, item))
}

function directoryName(target: Target, item: ItemKey): string {
  const name = target.layout === 'slug' ? item.slug : (item.slug.split('.').at(-1) ?? item.slug)
  if (reservedName.test(name.split('.')[0] ?? name)) {
    throw new InstallerError({
      code: 'invalid_request',
      stage: 'request',
      rule: 'slug.reserved_name',
      message: `Expected a name every system can hold as a directory; ${JSON.stringify(name)} is reserved on Windows. Use layout "slug".`,
      item,
    })
  }
  return name
}

function unsafe(path: string, what: string): InstallerError {
  return new InstallerError({
    code: 'target_unsafe',
    stage: 'commit',
    rule: 'target.unchanged',
    message: `Expected the target directory to stay the one the operation began with; it ${what}. Find out who changed it, then try again.`,
    file: path,
  })
}
