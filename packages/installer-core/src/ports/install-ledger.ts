import type { JsonValue, Kind } from '@mothership/manifest'
import type { Provenance } from './approval-prompt.ts'

/** What a satellite knows about one installed item. */
export interface InstallRecord {
  readonly kind: Kind
  readonly slug: string
  /** The item's name for people. */
  readonly name: string
  readonly version: string
  /** Where the item came from: always `mothership` for what this installer brought. */
  readonly source: 'mothership'
  /** The listing's address. */
  readonly source_url: string
  /** Which marketplace answered and updates it, or the item's id there when it gave no id of its own. */
  readonly marketplace_id: string
  /** The version as the marketplace names it. */
  readonly marketplace_version: string
  /** ISO 8601 UTC; the first install of this item. */
  readonly installed_at: string
  /** ISO 8601 UTC; the operation that brought this version. */
  readonly updated_at: string
  /** As received, untrusted. */
  readonly marketplace_metadata: JsonValue
  readonly is_update_available: boolean
  /** The newest version seen by the last look for updates. */
  readonly latest_version?: string | undefined
  /** Absolute path of the installed tree. */
  readonly directory: string
  readonly enabled: boolean
  readonly author_id: string
  readonly key_id: string
  readonly manifest_sha256: string
  readonly package_sha256: string
  readonly tree_sha256: string
  /** What the host approved and the adapter was given. */
  readonly permissions: readonly string[]
  readonly provenance: Provenance
  /** The operation that wrote this record; writing it twice changes nothing. */
  readonly operation_id: string
}

/** The permissions a host approved for one item of one author. */
export interface Approval {
  readonly kind: Kind
  readonly slug: string
  readonly author_id: string
  readonly version: string
  readonly permissions: readonly string[]
  /** What the host was shown beyond the manifest's permissions; shown, not granted. */
  readonly undeclared?: readonly string[] | undefined
  readonly approved_at: string
  readonly operation_id: string
}

/** Terms a host accepted with an item. */
export interface AcceptedTerms {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  readonly terms_url: string
  readonly accepted_at: string
  readonly operation_id: string
}

/** What happened to an item. */
export type AuditAction =
  | 'installed'
  | 'updated'
  | 'uninstalled'
  | 'repaired'
  | 'enabled'
  | 'disabled'
  | 'recovered'

/** One line of the audit trail. */
export interface AuditEntry {
  readonly operation_id: string
  readonly at: string
  readonly action: AuditAction
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  readonly from_version?: string | undefined
  /** "installed from listing X, release Y". */
  readonly provenance: string
  readonly permissions: readonly string[]
}

/** All that one operation changes in the ledger for one item; applying it again changes nothing. */
export interface LedgerChange {
  readonly operation_id: string
  readonly kind: Kind
  readonly slug: string
  /** The new record, or `null` when the item is gone. */
  readonly record: InstallRecord | null
  readonly approval?: Approval | undefined
  readonly terms?: AcceptedTerms | undefined
  readonly audit: AuditEntry
}

/** Names one item. */
export interface ItemKey {
  readonly kind: Kind
  readonly slug: string
}

/**
 * The host's view of what is installed. It is a projection: the journal decides what is on the disk, and
 * `recover()` brings a ledger that missed an operation up to date by applying the same change again.
 */
export interface InstallLedger {
  /** Resolves when changes can be written now; called before anything reaches its final path. */
  check(): Promise<void>
  get(item: ItemKey): Promise<InstallRecord | undefined>
  /** Ordered by kind, then slug. */
  list(filter?: { readonly kind?: Kind | undefined }): Promise<readonly InstallRecord[]>
  /** Writes one operation's change; idempotent by `operation_id`. */
  apply(change: LedgerChange): Promise<void>
  /** Notes what the last look for updates found; changes nothing for an item that is not installed. */
  noteUpdate(item: ItemKey, latestVersion: string, available: boolean): Promise<void>
  approval(item: ItemKey): Promise<Approval | undefined>
  terms(item: ItemKey): Promise<AcceptedTerms | undefined>
  /** Oldest first. */
  audit(item?: ItemKey): Promise<readonly AuditEntry[]>
}
