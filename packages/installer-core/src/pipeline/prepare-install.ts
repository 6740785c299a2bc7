import { join } from 'node:path'
import type { JsonValue } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import type { Placement, TreeSwap } from '../journal/journal-line.ts'
import type { ItemReference } from '../ports/artifact-source.ts'
import type { AuditAction, InstallRecord } from '../ports/install-ledger.ts'
import { acquirePackage } from '../stages/acquire.ts'
import type { ReadyItem } from '../stages/commit.ts'
import { seekApproval } from '../stages/permissions.ts'
import { adapterItem, planItemEdits } from '../stages/prepare.ts'
import { installChange } from '../stages/record.ts'
import { resolveRelease } from '../stages/resolve.ts'
import { unpackToStaging } from '../stages/unpack.ts'
import type { StagedTree } from '../stages/unpack.ts'
import { verifyPackage, verifyRelease } from '../stages/verify.ts'
import type { VerifiedPackage } from '../stages/verify.ts'
import { holdRelease } from '../state/held-releases.ts'
import { readPlacement } from '../state/placements.ts'
import { pinTarget } from '../state/target-place.ts'
import type { TargetPlace } from '../state/target-place.ts'
import { carryOver } from '../tree/carry-over.ts'
import type { KeptFile } from '../tree/carry-over.ts'
import { verifyTree } from '../tree/verify-tree.ts'
import { installedItem } from './installed-item.ts'
import type { InstalledItem } from './installed-item.ts'
import { supportOf } from './engine.ts'
import type { Operation } from './operation.ts'

/** How an install is to be done. */
export interface InstallOptions {
  readonly signal?: AbortSignal | undefined
  /** Allow a version older than the installed one. */
  readonly allowDowngrade?: boolean | undefined
}

/** One item ready to be committed, or nothing to do. */
export type PreparedInstall =
  | { readonly outcome: 'unchanged'; readonly record: InstallRecord }
  | {
      readonly outcome: 'installed' | 'updated'
      readonly record: InstallRecord
      readonly kept: readonly KeptFile[]
      readonly ready: ReadyItem
    }

/**
 * Everything of an install up to its commit: afterwards the new tree stands beside its final place, the package is
 * held, the host has agreed, and nothing is visible yet.
 */
export async function prepareInstall(
  operation: Operation,
  item: ItemReference,
  options: InstallOptions,
): Promise<PreparedInstall> {
  const { engine, signal } = operation
  const { adapter, target } = supportOf(engine, item)
  const placement = await readPlacement(engine.fs, engine.state, item)
  const record = await engine.ledger.get(item)

  const release = await operation.stage('resolve', item, () => resolveRelease(engine, item, signal))
  if (isInstalled(placement, record, release.version)) return { outcome: 'unchanged', record }

  const acquired = await operation.stage('acquire', item, (report) =>
    acquirePackage(operation, release, report),
  )
  const verified = await operation.stage('verify', item, async () => {
    const trusted = await verifyRelease(engine, release, {
      installedVersion: placement?.version,
      allowDowngrade: options.allowDowngrade,
    })
    return verifyPackage(engine, trusted, acquired, signal)
  })
  const grant = await operation.stage('permissions', item, () =>
    operation.oneAtATime(() => seekApproval(engine, verified, operation.id)),
  )
  const enabled = placement?.enabled ?? true
  const place = await pinTarget(engine.fs, target, item, enabled)
  const earlier = placement === undefined ? undefined : await installedItem(engine, placement)
  await assertFree(operation, place, earlier)
  const staged = await operation.stage('unpack', item, (report) =>
    unpackToStaging(operation, verified, place, report),
  )
  const { trees, kept } = await swapTrees(operation, place, staged, earlier)

  const { manifest } = verified
  const shown = adapterItem(engine, {
    manifest,
    files: release.files,
    target,
    directory: place.directory,
    readFrom: staged.directory,
    permissions: grant.permissions,
    enabled,
  })
  const edits = await operation.stage('prepare', item, () =>
    planItemEdits(adapter, shown, earlier?.item),
  )
  await hold(operation, verified)

  const outcome = placement === undefined ? 'installed' : 'updated'
  const ledger = installChange(operation, verified, grant, record, {
    directory: place.directory,
    enabled,
    action: outcome satisfies AuditAction,
  })
  const after: Placement = {
    kind: item.kind,
    slug: item.slug,
    version: manifest.version,
    operation_id: operation.id,
    directory: place.directory,
    manifest_sha256: verified.manifest_sha256,
    enabled,
  }
  return {
    outcome,
    record: ledger.record,
    kept,
    ready: {
      places: [place],
      trees,
      edits,
      placement: { kind: item.kind, slug: item.slug, before: placement ?? null, after },
      ledger,
      adapter,
      activate: shown,
      deactivate: earlier?.item,
    },
  }
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

/** What stands at the final path is ours, or nothing does. */
async function assertFree(
  { engine }: Operation,
  { directory }: TargetPlace,
  earlier: InstalledItem | undefined,
): Promise<void> {
  if (earlier?.placement.directory === directory) return
  if ((await engine.fs.inspect(directory)) === undefined) return
  throw new InstallerError({
    code: 'target_occupied',
    stage: 'unpack',
    rule: 'target.free',
    message: `Expected ${directory} to be free; something that this installer did not put there is in the way. Move it, or use layout "slug".`,
    file: directory,
  })
}

/** How the old tree gives way to the new one, and what of the user's goes along. */
export async function swapTrees(
  operation: Operation,
  place: TargetPlace,
  staged: StagedTree,
  earlier: InstalledItem | undefined,
): Promise<{ readonly trees: readonly TreeSwap[]; readonly kept: readonly KeptFile[] }> {
  const { fs } = operation.engine
  const { directory: final } = place
  const arrival: TreeSwap = { type: 'tree', final, staged: staged.directory, previous: null }
  if (earlier === undefined) return { trees: [arrival], kept: [] }
  const old = earlier.placement.directory
  if ((await fs.inspect(old)) === undefined) return { trees: [arrival], kept: [] }
  const report = await verifyTree(fs, old, earlier.files, { signal: operation.signal })
  const kept = await carryOver(fs, report, {
    from: old,
    staged: staged.directory,
    final,
    backups: () => operation.backupDirectory(earlier.placement),
  })
  if (old === final) {
    return { trees: [{ ...arrival, previous: join(staged.scratch, 'old') }], kept }
  }
  // The target or its layout was configured anew since: the item moves.
  const scratch = await operation.scratchDirectory(join(old, '..'))
  const departure: TreeSwap = {
    type: 'tree',
    final: old,
    staged: null,
    previous: join(scratch, 'old'),
  }
  return { trees: [departure, arrival], kept }
}

async function hold(operation: Operation, verified: VerifiedPackage): Promise<void> {
  const { engine } = operation
  const { manifest, manifest_sha256, release, acquired } = verified
  const { kind, slug } = manifest
  await operation.journal.append({ step: 'holds', kind, slug, manifest_sha256 })
  // The verified manifest, which for a signed one is what was received.
  const held = { ...release, manifest: structuredClone(manifest) as unknown as JsonValue }
  await holdRelease(engine.fs, engine.state, manifest_sha256, held, acquired.path)
}
