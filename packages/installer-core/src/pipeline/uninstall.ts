import { join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { TreeSwap } from '../journal/journal-line.ts'
import type { InstallRecord, ItemKey } from '../ports/install-ledger.ts'
import { commitItems, recordItems } from '../stages/commit.ts'
import { planItemRemoval } from '../stages/prepare.ts'
import { removalChange } from '../stages/record.ts'
import { checkReference } from '../stages/resolve.ts'
import { readPlacement } from '../state/placements.ts'
import { pinPlace } from '../state/target-place.ts'
import type { TargetPlace } from '../state/target-place.ts'
import { remainderOf } from '../tree/carry-over.ts'
import { verifyTree } from '../tree/verify-tree.ts'
import { supportOf } from './engine.ts'
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
  const { adapter } = supportOf(engine, item)
  return runOperation(engine, 'uninstall', [item], options.signal, async (operation) => {
    const placement = await readPlacement(engine.fs, engine.state, item)
    const record = await engine.ledger.get(item)
    if (placement === undefined || record === undefined) throw notInstalled(item)
    const installed = await installedItem(engine, placement)
    const place = await pinPlace(engine.fs, placement.directory)
    const { swap, kept } = await operation.stage('unpack', item, () =>
      prepareTreeRemoval(operation, installed, place),
    )
    const edits = await operation.stage('prepare', item, () =>
      planItemRemoval(adapter, installed.item),
    )
    const ready = {
      places: [place],
      trees: swap === undefined ? [] : [swap],
      edits,
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
  const previous = join(scratch, 'old')
  if (report.edited.length === 0 && report.foreign.length === 0) {
    return { swap: { type: 'tree', final, staged: null, previous }, kept: [] }
  }
  const staged = join(scratch, 'new')
  const kept = await remainderOf(engine.fs, final, report, staged)
  return { swap: { type: 'tree', final, staged, previous }, kept }
}

/** What is said of an item that is not there. */
export function notInstalled(item: ItemKey): InstallerError {
  return new InstallerError({
    code: 'not_installed',
    stage: 'request',
    rule: 'item.installed',
    message: `Expected ${item.kind} ${item.slug} to be installed; it is not.`,
    item,
  })
}
