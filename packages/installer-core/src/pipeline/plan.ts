import { capabilitiesOf, diffPermissions, explainPermission } from '@mothership/manifest'
import type { Capability, Kind, TreeFile } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import type { ExplainedPermission, PermissionDiff, Provenance } from '../ports/approval-prompt.ts'
import type { ItemReference } from '../ports/artifact-source.ts'
import type { TrustFinding } from '../ports/trust-policy.ts'
import { provenanceOf } from '../stages/permissions.ts'
import { checkReference, resolveRelease } from '../stages/resolve.ts'
import { verifyRelease } from '../stages/verify.ts'
import type { VerifiedRelease } from '../stages/verify.ts'
import { readPlacement } from '../state/placements.ts'
import { targetDirectory } from '../state/target-place.ts'
import type { Engine } from './engine.ts'
import type { InstallOptions } from './prepare-install.ts'

/** What an install would do. */
export type InstallPlan = AllowedPlan | RefusedPlan

/** An install that would go ahead, given the host's approval. */
export interface AllowedPlan {
  readonly action: 'install' | 'update' | 'unchanged'
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  readonly from_version?: string | undefined
  /** Where the tree would be. */
  readonly directory: string
  readonly files: readonly TreeFile[]
  readonly package_size: number
  /** Bytes on the disk. */
  readonly unpacked_size: number
  readonly permissions: readonly ExplainedPermission[]
  readonly diff: PermissionDiff
  /** Whether the host would be asked. */
  readonly needs_approval: boolean
  readonly capabilities: readonly Capability[]
  /** Terms that approving accepts. */
  readonly terms_url?: string | undefined
  readonly provenance: Provenance
  readonly findings: readonly TrustFinding[]
}

/** An install that would be refused, and why. */
export interface RefusedPlan {
  readonly action: 'refuse'
  readonly kind: Kind
  readonly slug: string
  readonly version?: string | undefined
  readonly stage: InstallerError['stage']
  readonly rule: string
  readonly message: string
}

/** Answers what an install would do, from the signed manifest and its file list, without downloading or writing. */
export async function planItem(
  engine: Engine,
  reference: ItemReference,
  options: InstallOptions,
): Promise<InstallPlan> {
  const item = checkReference(engine, reference)
  const { kind, slug } = item
  const earlier = await readPlacement(engine.fs, engine.state, item)
  const release = await resolveRelease(engine, item, options.signal)
  let verified: VerifiedRelease
  try {
    verified = await verifyRelease(engine, release, {
      installedVersion: earlier?.version,
      allowDowngrade: options.allowDowngrade,
    })
  } catch (error) {
    if (!(error instanceof InstallerError)) throw error
    const { stage, rule, message } = error
    return { action: 'refuse', kind, slug, version: release.version, stage, rule, message }
  }
  const { manifest } = verified
  const approval = await engine.ledger.approval(item)
  const approved = approval?.author_id === verified.author_id ? approval.permissions : undefined
  const diff = diffPermissions(approved ?? [], manifest.permissions, kind)
  return {
    action: actionOf(earlier?.version, manifest.version),
    kind,
    slug,
    version: manifest.version,
    from_version: earlier?.version,
    directory: targetDirectory(engine.targets[kind], item),
    files: release.files,
    package_size: manifest.package_size,
    unpacked_size: release.files.reduce((sum, file) => sum + file.size, 0),
    permissions: manifest.permissions.map((permission) => ({
      permission,
      explanation: explainPermission(kind, permission),
    })),
    diff,
    needs_approval: approved === undefined || diff.added.length > 0 || diff.widened.length > 0,
    capabilities: capabilitiesOf(kind, manifest.permissions),
    terms_url: manifest.terms_url,
    provenance: provenanceOf(verified),
    findings: verified.findings,
  }
}

function actionOf(installed: string | undefined, version: string): AllowedPlan['action'] {
  if (installed === undefined) return 'install'
  return installed === version ? 'unchanged' : 'update'
}
