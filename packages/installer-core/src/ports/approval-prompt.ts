import type { Kind } from '@mothership/manifest'

/** One permission and the sentence that explains it to a person. */
export interface ExplainedPermission {
  readonly permission: string
  readonly explanation: string
}

/** How the permissions asked for differ from those already approved for this item. */
export interface PermissionDiff {
  readonly added: readonly string[]
  readonly removed: readonly string[]
  readonly widened: readonly { readonly from: string; readonly to: string }[]
  readonly narrowed: readonly { readonly from: string; readonly to: string }[]
}

/** Where an item came from, in words a person can check. */
export interface Provenance {
  readonly listing_url: string
  /** `kind/slug@version`. */
  readonly release: string
  readonly author_id: string
  readonly key_id: string
  readonly approved_at: string
  /** "installed from listing X, release Y". */
  readonly text: string
}

/** What the host is asked to approve before anything is unpacked. */
export interface ApprovalRequest {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  readonly permissions: readonly ExplainedPermission[]
  readonly diff: PermissionDiff
  /** What the package's own bytes show that its manifest does not declare; empty when they agree. */
  readonly undeclared: readonly ExplainedPermission[]
  /** Terms that approving accepts. */
  readonly terms_url?: string | undefined
  readonly provenance: Provenance
}

/** The host's answer. */
export interface ApprovalAnswer {
  readonly approved: boolean
  /** Shown in the error and kept in the audit trail. */
  readonly reason?: string | undefined
}

/**
 * The host's own approval screen. It is asked for every first install and whenever permissions are added or
 * widened, paid or not; a set that was approved before for the same item and author is not asked again.
 */
export type ApprovalPrompt = (request: ApprovalRequest) => Promise<ApprovalAnswer>
