import { InstallerError } from '../errors.ts'
import type { ItemKey } from '../ports/install-ledger.ts'
import type { AdapterProblem } from '../ports/kind-adapter.ts'
import { verifyRelease } from '../stages/verify.ts'
import { checkReference } from '../stages/resolve.ts'
import { readPlacement } from '../state/placements.ts'
import { verifyTree } from '../tree/verify-tree.ts'
import type { TreeReport } from '../tree/verify-tree.ts'
import type { Engine } from './engine.ts'
import { installedItem } from './installed-item.ts'
import { notInstalled } from './uninstall.ts'

/** What `verify` found. */
export interface VerifyResult extends TreeReport {
  readonly kind: ItemKey['kind']
  readonly slug: string
  readonly version: string
  readonly directory: string
  /** What the kind's adapter found beyond the files. */
  readonly problems: readonly AdapterProblem[]
}

/**
 * Checks an installed item against its signed manifest, offline: the held manifest's signature and file list first,
 * then every file on the disk.
 */
export async function verifyItem(
  engine: Engine,
  key: ItemKey,
  options: { readonly signal?: AbortSignal | undefined },
): Promise<VerifyResult> {
  const { kind, slug } = checkReference(engine, key)
  const placement = await readPlacement(engine.fs, engine.state, { kind, slug })
  if (placement === undefined) {
    throw notInstalled({ kind, slug })
  }
  const installed = await installedItem(engine, placement)
  const verified = await verifyRelease(engine, installed.release, {})
  if (verified.manifest_sha256 !== placement.manifest_sha256) {
    throw new InstallerError({
      code: 'tree_damaged',
      stage: 'verify',
      rule: 'held.manifest',
      message: `Expected the held manifest of ${kind} ${slug} to be the one that was installed (${placement.manifest_sha256}); it is ${verified.manifest_sha256}. Run repair().`,
      item: { kind, slug },
    })
  }
  const report = await verifyTree(engine.fs, placement.directory, installed.files, options)
  const problems = (await engine.adapters[kind]?.verify?.(installed.item)) ?? []
  const { version, directory } = placement
  const intact = report.intact && problems.length === 0
  return { ...report, intact, kind, slug, version, directory, problems }
}
