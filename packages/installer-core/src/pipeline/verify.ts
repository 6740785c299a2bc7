import type { ItemKey } from '../ports/install-ledger.ts'
import type { AdapterProblem } from '../ports/kind-adapter.ts'
import type { TrustFinding } from '../ports/trust-policy.ts'
import { judgeRelease } from '../stages/verify.ts'
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
  /** Whether the trust policy would still allow it; what is installed stays either way. */
  readonly trusted: boolean
  readonly findings: readonly TrustFinding[]
}

/**
 * Checks an installed item against its signed manifest, offline: that the held manifest is the one that was installed and
 * its file list the one it signs, then every file on the disk.
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
  const { findings, allowed } = await judgeRelease(engine, installed.release, {})
  const report = await verifyTree(engine.fs, placement.directory, installed.files, options)
  const problems = (await engine.adapters[kind]?.verify?.(installed.item)) ?? []
  const { version, directory } = placement
  const intact = report.intact && problems.length === 0
  return { ...report, intact, kind, slug, version, directory, problems, trusted: allowed, findings }
}
