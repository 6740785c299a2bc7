import { comparePermissions, diffPermissions, explainPermission } from '@mothership/manifest'
import type { Kind } from '@mothership/manifest'
import { InstallerError } from '../errors.ts'
import type { Engine } from '../pipeline/engine.ts'
import type { ExplainedPermission, PermissionDiff, Provenance } from '../ports/approval-prompt.ts'
import { isoTime } from '../ports/clock.ts'
import type { Approval } from '../ports/install-ledger.ts'
import type { VerifiedPackage, VerifiedRelease } from './verify.ts'

/** What the host granted, and the approval to keep when it was asked just now. */
export interface Grant {
  readonly permissions: readonly string[]
  readonly diff: PermissionDiff
  readonly approval: Approval | undefined
}

/**
 * Shows the host what the item asks for and takes its answer. The host is asked on a first install and whenever
 * something is added or widened; what was approved before for the same author's item is not asked again.
 */
export async function seekApproval(
  engine: Engine,
  verified: VerifiedPackage,
  operationId: string,
): Promise<Grant> {
  const { manifest } = verified
  const { kind, slug, version } = manifest
  const earlier = await engine.ledger.approval({ kind, slug })
  const approvedBefore = earlier?.author_id === verified.author_id ? earlier : undefined
  const { permissions } = manifest
  const diff = diffPermissions(approvedBefore?.permissions ?? [], permissions, kind)
  const { undeclared } = comparePermissions(permissions, verified.archive.glimpses, kind)
  assertDeclared(engine, verified, undeclared)
  const known = approvedBefore?.undeclared ?? []
  const needed =
    approvedBefore === undefined ||
    diff.added.length > 0 ||
    diff.widened.length > 0 ||
    undeclared.some((permission) => !known.includes(permission))
  if (!needed) return { permissions, diff, approval: undefined }
  const answer = await engine.approve({
    kind,
    slug,
    version,
    permissions: explained(kind, permissions),
    diff,
    undeclared: explained(kind, undeclared),
    terms_url: manifest.terms_url,
    provenance: provenanceOf(verified),
  })
  // Fail closed: only the value `true` approves, whatever an untyped host answers.
  const approved: unknown = answer.approved
  if (approved !== true) {
    throw new InstallerError({
      code: 'approval_refused',
      stage: 'permissions',
      rule: approvedBefore === undefined ? 'approval.first_install' : 'approval.added_permissions',
      message: `Expected the host to approve ${listed(permissions)} for ${kind} ${slug} ${version}; it did not${answer.reason === undefined ? '' : `: ${answer.reason}`}. Nothing was installed.`,
      item: { kind, slug, version },
    })
  }
  return {
    permissions,
    diff,
    approval: {
      kind,
      slug,
      author_id: verified.author_id,
      version,
      permissions,
      undeclared,
      approved_at: isoTime(engine.clock),
      operation_id: operationId,
    },
  }
}

/** The stricter setting: what the bytes show has to be declared. */
function assertDeclared(
  engine: Engine,
  { manifest }: VerifiedPackage,
  undeclared: readonly string[],
): void {
  if (undeclared.length === 0 || engine.undeclaredPermissions === 'ask') return
  const { kind, slug, version } = manifest
  throw new InstallerError({
    code: 'capability_refused',
    stage: 'permissions',
    rule: 'permissions.declared',
    message: `Expected the manifest of ${slug} to declare everything its files show; ${listed(undeclared)} is missing. Tell its author.`,
    item: { kind, slug, version },
  })
}

/** Who signed what and where it was listed, for screens, records and the audit trail. */
export function provenanceOf(verified: VerifiedRelease): Provenance {
  const { manifest, release } = verified
  const name = `${manifest.kind}/${manifest.slug}@${manifest.version}`
  return {
    listing_url: release.listing_url,
    release: name,
    author_id: verified.author_id,
    key_id: verified.key_id,
    approved_at: release.approved_at,
    text: `installed from listing ${release.listing_url}, release ${name}`,
  }
}

function explained(kind: Kind, permissions: readonly string[]): readonly ExplainedPermission[] {
  return permissions.map((permission) => ({
    permission,
    explanation: explainPermission(kind, permission),
  }))
}

function listed(permissions: readonly string[]): string {
  return permissions.length === 0 ? 'an item without permissions' : permissions.join(', ')
}
