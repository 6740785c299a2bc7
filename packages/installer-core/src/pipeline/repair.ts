import { sha256 } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import type { Placement } from '../journal/journal-line.ts'
import { isoTime } from '../ports/clock.ts'
import type { InstallRecord, ItemKey } from '../ports/install-ledger.ts'
import { acquirePackage } from '../stages/acquire.ts'
import type { Acquired } from '../stages/acquire.ts'
import { commitItems, recordItems } from '../stages/commit.ts'
import { adapterItem, planItemEdits } from '../stages/prepare.ts'
import { checkReference } from '../stages/resolve.ts'
import { unpackToStaging } from '../stages/unpack.ts'
import { verifyPackage } from '../stages/verify.ts'
import type { VerifiedRelease } from '../stages/verify.ts'
import { heldPackagePath, holdRelease } from '../state/held-releases.ts'
import { readPlacement } from '../state/placements.ts'
import { pinPlace } from '../state/target-place.ts'
import type { KeptFile } from '../tree/carry-over.ts'
import { verifyTree } from '../tree/verify-tree.ts'
import { supportOf } from './engine.ts'
import type { Engine } from './engine.ts'
import { installedItem } from './installed-item.ts'
import { runOperation } from './operation.ts'
import type { Operation } from './operation.ts'
import { swapTrees } from './prepare-install.ts'
import { notInstalled } from './uninstall.ts'

/** What a repair did. */
export interface RepairResult {
  readonly outcome: 'repaired' | 'intact'
  readonly record: InstallRecord
  /** The item's files that were missing or edited and are as signed again. */
  readonly restored: readonly string[]
  /** Edited and foreign files, and where they are now. */
  readonly kept: readonly KeptFile[]
}

/**
 * Brings an installed tree back to its signed file list, from the held package, or from the source when that is gone
 * or damaged. What its user edited is kept in the backups, what is foreign stays.
 */
export async function repairItem(
  engine: Engine,
  key: ItemKey,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<RepairResult> {
  const item = checkReference(engine, key)
  const { adapter, target } = supportOf(engine, item)
  return runOperation(engine, 'repair', [item], options.signal, async (operation) => {
    const placement = await readPlacement(engine.fs, engine.state, item)
    const record = await engine.ledger.get(item)
    if (placement === undefined || record === undefined) throw notInstalled(item)
    const installed = await installedItem(engine, placement)
    const report = await verifyTree(engine.fs, placement.directory, installed.files, options)
    const restored = [...report.missing, ...report.edited]
    const trusted: VerifiedRelease = {
      release: installed.release,
      manifest: installed.manifest,
      manifest_sha256: placement.manifest_sha256,
      key_id: record.key_id,
      author_id: record.author_id,
      findings: [],
    }
    const acquired = await operation.stage('acquire', item, () => heldPackage(operation, trusted))
    const problems = (await adapter.verify?.(installed.item)) ?? []
    if (restored.length === 0 && problems.length === 0 && acquired.held) {
      await operation.journal.remove()
      return { outcome: 'intact', record, restored, kept: [] }
    }
    const verified = await operation.stage('verify', item, () =>
      verifyPackage(engine, trusted, acquired.package, operation.signal),
    )
    const place = await pinPlace(engine.fs, placement.directory)
    const staged = await operation.stage('unpack', item, (report) =>
      unpackToStaging(operation, verified, place, report),
    )
    const { trees, kept } = await swapTrees(operation, place, staged, installed)
    const shown = adapterItem(engine, {
      manifest: verified.manifest,
      files: installed.files,
      target,
      directory: placement.directory,
      readFrom: staged.directory,
      permissions: record.permissions,
      enabled: placement.enabled,
    })
    const edits = await operation.stage('prepare', item, () =>
      planItemEdits(adapter, shown, installed.item),
    )
    if (!acquired.held) {
      const { fs, state } = engine
      const { release, manifest_sha256 } = verified
      await holdRelease(fs, state, manifest_sha256, release, acquired.package.path)
    }
    const after: Placement = { ...placement, operation_id: operation.id }
    const now: InstallRecord = { ...record, operation_id: operation.id }
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
          action: 'repaired',
          kind: item.kind,
          slug: item.slug,
          version: record.version,
          provenance: record.provenance.text,
          permissions: record.permissions,
        },
      },
      adapter,
      activate: shown,
      deactivate: installed.item,
    } as const
    await operation.stage('commit', item, () => commitItems(operation, [ready]))
    await operation.stage('record', item, () => recordItems(operation))
    return { outcome: 'repaired', record: now, restored, kept }
  })
}

/** The held package when it is whole, else the same one from the source. */
async function heldPackage(
  operation: Operation,
  trusted: VerifiedRelease,
): Promise<{ readonly held: boolean; readonly package: Acquired }> {
  const { fs, state } = operation.engine
  const { manifest, manifest_sha256, release } = trusted
  const path = heldPackagePath(state, manifest_sha256)
  const status = await fs.inspect(path)
  if (status?.type === 'file' && status.size === manifest.package_size) {
    const bytes = await fs.readFile(path, manifest.package_size)
    const digest = sha256(bytes)
    if (digest === manifest.package_sha256) {
      return { held: true, package: { path, size: bytes.byteLength, sha256: digest, bytes } }
    }
  }
  try {
    return { held: false, package: await acquirePackage(operation, release, () => {}) }
  } catch (cause) {
    throw new InstallerError({
      code: 'tree_damaged',
      stage: 'acquire',
      rule: 'held.package',
      message: `Expected the held package of ${manifest.slug} ${manifest.version} or the source to give it; neither does. Try again when the source is reachable.`,
      item: { kind: manifest.kind, slug: manifest.slug, version: manifest.version },
      cause,
    })
  }
}
