import { InstallerError } from '../errors.ts'
import type { Placement } from '../journal/journal-line.ts'
import type { ItemReference } from '../ports/artifact-source.ts'
import type { InstallRecord } from '../ports/install-ledger.ts'
import type { KindAdapter, Target } from '../ports/kind-adapter.ts'
import { acquirePackage } from '../stages/acquire.ts'
import { commitItems, recordItems } from '../stages/commit.ts'
import type { ReadyItem } from '../stages/commit.ts'
import { seekApproval } from '../stages/permissions.ts'
import { adapterItem, prepareItem } from '../stages/prepare.ts'
import { installChange } from '../stages/record.ts'
import { checkReference, resolveRelease } from '../stages/resolve.ts'
import { unpackToStaging } from '../stages/unpack.ts'
import { verifyPackage, verifyRelease } from '../stages/verify.ts'
import { holdRelease } from '../state/held-releases.ts'
import { readPlacement } from '../state/placements.ts'
import { pinTarget } from '../state/target-place.ts'
import type { Engine } from './engine.ts'
import { installedItem } from './installed-item.ts'
import { runOperation } from './operation.ts'
import type { Operation } from './operation.ts'

/** How an install is to be done. */
export interface InstallOptions {
  readonly signal?: AbortSignal | undefined
  /** Allow a version older than the installed one. */
  readonly allowDowngrade?: boolean | undefined
}

/** What an install did. */
export interface InstallResult {
  readonly outcome: 'installed' | 'updated' | 'unchanged'
  readonly record: InstallRecord
}

/** Installs one item, or brings it to the version asked for. */
export async function installItem(
  engine: Engine,
  reference: ItemReference,
  options: InstallOptions,
): Promise<InstallResult> {
  const item = checkReference(engine, reference)
  return runOperation(engine, 'install', [item], options.signal, async (operation) => {
    const prepared = await prepareInstall(operation, item, options)
    if (prepared.outcome === 'unchanged') {
      await operation.journal.remove()
      return prepared
    }
    await operation.stage('commit', item, () => commitItems(operation, [prepared.ready]))
    await operation.stage('record', item, () => recordItems(operation))
    return { outcome: prepared.outcome, record: prepared.record }
  })
}

/** One item ready to be committed, or nothing to do. */
export type PreparedInstall =
  | { readonly outcome: 'unchanged'; readonly record: InstallRecord }
  | {
      readonly outcome: 'installed' | 'updated'
      readonly record: InstallRecord
      readonly ready: ReadyItem
    }

/** Everything up to the decision: after this the new tree stands beside its final place and the host has agreed. */
export async function prepareInstall(
  operation: Operation,
  item: ItemReference,
  options: InstallOptions,
): Promise<PreparedInstall> {
  const { engine, signal } = operation
  const { adapter, target } = assertSupported(engine, item)
  const earlier = await readPlacement(engine.fs, engine.state, item)
  const earlierRecord = await engine.ledger.get(item)

  const release = await operation.stage('resolve', item, () => resolveRelease(engine, item, signal))
  if (isInstalled(earlier, earlierRecord, release.version)) {
    return { outcome: 'unchanged', record: earlierRecord }
  }
  const acquired = await operation.stage('acquire', item, (report) =>
    acquirePackage(operation, release, report),
  )
  const verified = await operation.stage('verify', item, async () => {
    const trusted = await verifyRelease(engine, release, {
      installedVersion: earlier?.version,
      allowDowngrade: options.allowDowngrade,
    })
    return verifyPackage(engine, trusted, acquired, signal)
  })
  const grant = await operation.stage('permissions', item, () =>
    seekApproval(engine, verified, operation.id),
  )
  const place = await pinTarget(engine.fs, target, item)
  await assertFree(engine, place.directory, earlier)
  const staged = await operation.stage('unpack', item, (report) =>
    unpackToStaging(operation, verified, place, report),
  )
  const enabled = earlier?.enabled ?? true
  const { manifest, manifest_sha256 } = verified
  const parts = { manifest, files: release.files, target, permissions: grant.permissions, enabled }
  const shown = adapterItem(engine, {
    ...parts,
    directory: place.directory,
    readFrom: staged.directory,
  })
  const before = earlier === undefined ? undefined : await installedItem(engine, earlier)
  const edits = await operation.stage('prepare', item, () =>
    prepareItem(operation, adapter, shown, before?.item),
  )
  await operation.journal.append({
    step: 'holds',
    kind: item.kind,
    slug: item.slug,
    manifest_sha256,
  })
  await holdRelease(engine.fs, engine.state, manifest_sha256, release, acquired.path)

  const outcome = earlier === undefined ? 'installed' : 'updated'
  const ledger = installChange(operation, verified, grant, earlierRecord, {
    directory: place.directory,
    enabled,
    action: outcome,
  })
  const after: Placement = {
    kind: item.kind,
    slug: item.slug,
    version: manifest.version,
    operation_id: operation.id,
    directory: place.directory,
    manifest_sha256,
    enabled,
  }
  const previous = await previousPath(engine, earlier, staged.scratch)
  const ready: ReadyItem = {
    place,
    changes: [
      { type: 'tree', final: place.directory, staged: staged.directory, previous },
      ...edits,
    ],
    placement: { kind: item.kind, slug: item.slug, before: earlier ?? null, after },
    ledger,
    adapter,
    activate: shown,
    deactivate: before?.item,
  }
  return { outcome, record: ledger.record as InstallRecord, ready }
}

function isInstalled(
  placement: Placement | undefined,
  record: InstallRecord | undefined,
  version: string,
): record is InstallRecord {
  return (
    placement !== undefined &&
    record !== undefined &&
    placement.version === version &&
    record.operation_id === placement.operation_id
  )
}

async function previousPath(
  engine: Engine,
  earlier: Placement | undefined,
  scratch: string,
): Promise<string | null> {
  if (earlier === undefined) return null
  const there = await engine.fs.inspect(earlier.directory)
  return there === undefined ? null : `${scratch}/old`
}

/** What stands at the final path is ours, or nothing does. */
async function assertFree(
  engine: Engine,
  directory: string,
  earlier: Placement | undefined,
): Promise<void> {
  if (earlier?.directory === directory) return
  if ((await engine.fs.inspect(directory)) === undefined) return
  throw new InstallerError({
    code: 'target_occupied',
    stage: 'unpack',
    rule: 'target.free',
    message: `Expected ${directory} to be free; something that this installer did not put there is in the way. Move it, or use layout "slug".`,
    file: directory,
  })
}

/** The adapter and target of a kind; `checkReference` has made sure that they are there. */
function assertSupported(
  engine: Engine,
  item: ItemReference,
): { readonly adapter: KindAdapter; readonly target: Target } {
  const adapter = engine.adapters[item.kind]
  const target = engine.targets[item.kind]
  if (adapter === undefined || target === undefined) throw new TypeError(`no target: ${item.kind}`)
  return { adapter, target }
}
