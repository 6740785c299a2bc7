import { join } from 'node:path'
import type { Placement, PlacementChange } from '../journal/journal-line.ts'
import type { FileSystem } from '../ports/file-system.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import { itemFileName } from './state-directory.ts'
import type { StateDirectory } from './state-directory.ts'

const largestPlacementBytes = 64 * 1024

/** Where the placement of an item is kept. */
export function placementPath(state: StateDirectory, item: ItemKey): string {
  return join(state.placements, `${itemFileName(item)}.json`)
}

/** What the installer has on the disk for an item, or `undefined`. */
export async function readPlacement(
  fs: FileSystem,
  state: StateDirectory,
  item: ItemKey,
): Promise<Placement | undefined> {
  const path = placementPath(state, item)
  if ((await fs.inspect(path)) === undefined) return undefined
  return JSON.parse(
    new TextDecoder().decode(await fs.readFile(path, largestPlacementBytes)),
  ) as Placement // Written by this package, whole or not at all.
}

/** All placements, ordered by kind, then slug. */
export async function listPlacements(
  fs: FileSystem,
  state: StateDirectory,
): Promise<readonly Placement[]> {
  const placements: Placement[] = []
  for (const entry of await fs.list(state.placements)) {
    if (!entry.name.endsWith('.json')) continue
    const path = join(state.placements, entry.name)
    placements.push(
      JSON.parse(new TextDecoder().decode(await fs.readFile(path, largestPlacementBytes))),
    )
  }
  return placements
}

/** Writes one operation's placement change, whole or not at all; repeatable. */
export async function writePlacement(
  fs: FileSystem,
  state: StateDirectory,
  change: PlacementChange,
): Promise<void> {
  const path = placementPath(state, change)
  if (change.after === null) {
    if ((await fs.inspect(path)) !== undefined) await fs.removeFile(path)
    return
  }
  const temporary = join(
    state.placements,
    `${change.after.operation_id}.${itemFileName(change)}.new`,
  )
  if ((await fs.inspect(temporary)) !== undefined) await fs.removeFile(temporary)
  await fs.writeNewFile(temporary, new TextEncoder().encode(JSON.stringify(change.after)), 0o600)
  await fs.rename(temporary, path)
}
