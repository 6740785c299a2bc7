import type { AuditAction, InstallRecord, LedgerChange } from '../ports/install-ledger.ts'
import { isoTime } from '../ports/clock.ts'
import type { Operation } from '../pipeline/operation.ts'
import { provenanceOf } from './permissions.ts'
import type { Grant } from './permissions.ts'
import type { VerifiedRelease } from './verify.ts'

/** Writes down what the ledger will hold about an installed item, before it is installed. */
export function installChange(
  operation: Operation,
  verified: VerifiedRelease,
  grant: Grant,
  earlier: InstallRecord | undefined,
  facts: { readonly directory: string; readonly enabled: boolean; readonly action: AuditAction },
): LedgerChange & { readonly record: InstallRecord } {
  const { manifest, release } = verified
  const { kind, slug, version } = manifest
  const at = isoTime(operation.engine.clock)
  const provenance = provenanceOf(verified)
  const record: InstallRecord = {
    kind,
    slug,
    name: manifest.name,
    version,
    source: 'mothership',
    source_url: release.listing_url,
    marketplace_id: release.mothership_id ?? `${kind}/${slug}`,
    marketplace_version: release.version,
    installed_at: earlier?.installed_at ?? at,
    updated_at: at,
    marketplace_metadata: release.marketplace_metadata ?? null,
    is_update_available: false,
    directory: facts.directory,
    enabled: facts.enabled,
    author_id: verified.author_id,
    key_id: verified.key_id,
    manifest_sha256: verified.manifest_sha256,
    package_sha256: manifest.package_sha256,
    tree_sha256: manifest.tree_sha256,
    permissions: grant.permissions,
    provenance,
    operation_id: operation.id,
  }
  return {
    operation_id: operation.id,
    kind,
    slug,
    record,
    approval: grant.approval,
    terms:
      manifest.terms_url === undefined
        ? undefined
        : {
            kind,
            slug,
            version,
            terms_url: manifest.terms_url,
            accepted_at: at,
            operation_id: operation.id,
          },
    audit: {
      operation_id: operation.id,
      at,
      action: facts.action,
      kind,
      slug,
      version,
      from_version: earlier?.version,
      provenance: provenance.text,
      permissions: grant.permissions,
    },
  }
}

/** Writes down that an item is gone; its approval stays, so that installing it again asks only for what is new. */
export function removalChange(operation: Operation, record: InstallRecord): LedgerChange {
  const { kind, slug, version } = record
  return {
    operation_id: operation.id,
    kind,
    slug,
    record: null,
    audit: {
      operation_id: operation.id,
      at: isoTime(operation.engine.clock),
      action: 'uninstalled',
      kind,
      slug,
      version,
      provenance: record.provenance.text,
      permissions: record.permissions,
    },
  }
}
