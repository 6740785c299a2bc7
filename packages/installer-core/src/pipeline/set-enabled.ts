import { join } from 'node:path'
import { InstallerError } from '../errors.ts'
import type { Placement, TreeSwap } from '../journal/journal-line.ts'
import { isoTime } from '../ports/clock.ts'
import type { InstallRecord, ItemKey } from '../ports/install-ledger.ts'
import { commitItems, recordItems } from '../stages/commit.ts'
import { adapterItem, planItemEdits } from '../stages/prepare.ts'
import { checkReference } from '../stages/resolve.ts'
import { readPlacement } from '../state/placements.ts'
import { pinPlace, withEnabled } from '../state/target-place.ts'
import { supportOf } from './engine.ts'
import type { Engine } from './engine.ts'
import { installedItem } from './installed-item.ts'
import { runOperation } from './operation.ts'
import { notInstalled } from './uninstall.ts'

/**
 * Takes an installed item out of its host's sight, or back into it: its tree gets a name that hosts skip, its entries
 * leave the host's files. Nothing is lost either way.
 */
export async function setEnabled(
  engine: Engine,
  key: ItemKey,
  enabled: boolean,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<InstallRecord> {
  const item = checkReference(engine, key)
  const { adapter, target } = supportOf(engine, item)
  const action = enabled ? 'enable' : 'disable'
  return runOperation(engine, action, [item], options.signal, async (operation) => {
    const placement = await readPlacement(engine.fs, engine.state, item)
    const record = await engine.ledger.get(item)
    if (placement === undefined || record === undefined) throw notInstalled(item)
    if (placement.enabled === enabled) {
      await operation.journal.remove()
      return record
    }
    const installed = await installedItem(engine, placement)
    const place = await pinPlace(engine.fs, withEnabled(placement.directory, enabled))
    const { directory } = place
    if ((await engine.fs.inspect(directory)) !== undefined) {
      throw new InstallerError({
        code: 'target_occupied',
        stage: 'prepare',
        rule: 'target.free',
        message: `Expected ${directory} to be free; something that is not ours is there. Move it away and try again.`,
        file: directory,
      })
    }
    const scratch = await operation.scratchDirectory(place.root)
    const moving = join(scratch, 'moving')
    const trees: readonly TreeSwap[] = [
      { type: 'tree', final: placement.directory, staged: null, previous: moving },
      { type: 'tree', final: directory, staged: moving, previous: null },
    ]
    const shown = adapterItem(engine, {
      manifest: installed.manifest,
      files: installed.files,
      target,
      directory,
      readFrom: placement.directory,
      permissions: record.permissions,
      enabled,
    })
    const edits = await operation.stage('prepare', item, () =>
      planItemEdits(adapter, shown, installed.item),
    )
    const after: Placement = { ...placement, operation_id: operation.id, directory, enabled }
    const now: InstallRecord = { ...record, operation_id: operation.id, directory, enabled }
    const ready = {
      places: [place],
      trees,
      edits,
      placement: { kind: item.kind, slug: item.slug, before: placement, after },
      ledger: {
        operation_id: operation.id,
        kind: item.kind,
        slug: item.slug,
        record: now,
        audit: {
          operation_id: operation.id,
          at: isoTime(engine.clock),
          action: enabled ? 'enabled' : 'disabled',
          kind: item.kind,
          slug: item.slug,
          version: record.version,
          provenance: record.provenance.text,
          permissions: record.permissions,
        },
      },
      adapter,
      activate: enabled ? shown : undefined,
      deactivate: enabled ? undefined : installed.item,
    } as const
    await operation.stage('commit', item, () => commitItems(operation, [ready]))
    await operation.stage('record', item, () => recordItems(operation))
    return now
  })
}
