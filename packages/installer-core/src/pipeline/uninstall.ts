import { dirname } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { Placement, TreeSwap } from '../journal/journal-line.ts'
import type { InstallRecord, ItemKey } from '../ports/install-ledger.ts'
import { commitItems, recordItems } from '../stages/commit.ts'
import { prepareRemoval } from '../stages/prepare.ts'
import { removalChange } from '../stages/record.ts'
import { checkReference } from '../stages/resolve.ts'
import { readPlacement } from '../state/placements.ts'
import type { TargetPlace } from '../state/target-place.ts'
import { keepForeignFiles } from '../tree/keep-foreign-files.ts'
import { verifyTree } from '../tree/verify-tree.ts'
import type { Engine } from './engine.ts'
import { installedItem } from './installed-item.ts'
import type { InstalledItem } from './installed-item.ts'
import { runOperation } from './operation.ts'
import type { Operation } from './operation.ts'

/** How an uninstall is to be done. */
export interface UninstallOptions {
  readonly signal?: AbortSignal | undefined
}

/** What an uninstall did. */
export interface UninstallResult {
  readonly record: InstallRecord
  /** Files in the item's directory that were not the item's, or edited since: they are still there. */
  readonly kept: readonly string[]
}

/** Takes an item out: its own files, its entries in host files, nothing else. */
export async function uninstallItem(
  engine: Engine,
  key: ItemKey,
  options: UninstallOptions,
): Promise<UninstallResult> {
  const item = checkReference(engine, key)
  return runOperation(engine, 'uninstall', [item], options.signal, async (operation) => {
    const placement = await readPlacement(engine.fs, engine.state, item)
    const record = await engine.ledger.get(item)
    if (placement === undefined || record === undefined) throw notInstalled(item)
    const installed = await installedItem(engine, placement)
    const adapter = engine.adapters[item.kind]
    if (adapter === undefined) throw notInstalled(item)

    const place = await placeOf(engine, placement)
    const { swap, kept } = await operation.stage('unpack', item, () =>
      prepareTreeRemoval(operation, installed, place),
    )
    const edits = await operation.stage('prepare', item, () =>
      prepareRemoval(operation, adapter, installed.item),
    )
    const ready = {
      place,
      changes: [...edits, ...(swap === undefined ? [] : [swap])],
      placement: { kind: item.kind, slug: item.slug, before: placement, after: null },
      ledger: removalChange(operation, record),
      adapter,
      activate: undefined,
      deactivate: installed.item,
    }
    await operation.stage('commit', item, () => commitItems(operation, [ready]))
    await operation.stage('record', item, () => recordItems(operation))
    return { record, kept }
  })
}

async function prepareTreeRemoval(
  operation: Operation,
  installed: InstalledItem,
  place: TargetPlace,
): Promise<{ swap: TreeSwap | undefined; kept: readonly string[] }> {
  const { engine, signal } = operation
  const final = installed.placement.directory
  if ((await engine.fs.inspect(final)) === undefined) return { swap: undefined, kept: [] }
  const report = await verifyTree(engine.fs, final, installed.files, { signal })
  const scratch = await operation.scratchDirectory(place.root)
  const kept = [...report.edited, ...report.foreign]
  const staged = kept.length === 0 ? null : await keepForeignFiles(engine.fs, final, kept, scratch)
  return { swap: { type: 'tree', final, staged, previous: `${scratch}/old` }, kept }
}

/** The directory the item is in, pinned; it need not be the target that is configured today. */
async function placeOf(engine: Engine, placement: Placement): Promise<TargetPlace> {
  const root = dirname(placement.directory)
  const status = await engine.fs.inspect(root)
  return {
    root,
    device: status?.device ?? 0,
    inode: status?.inode ?? 0,
    directory: placement.directory,
  }
}

function notInstalled(item: ItemKey): InstallerError {
  return new InstallerError({
    code: 'not_installed',
    stage: 'request',
    rule: 'item.installed',
    message: `Expected ${item.kind} ${item.slug} to be installed; it is not.`,
    item,
  })
}
