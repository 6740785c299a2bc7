import type { LedgerChange } from '../ports/install-ledger.ts'
import type { Kind } from '@mothership/manifest'

/** What an operation does. */
export type OperationAction = 'install' | 'update' | 'uninstall' | 'repair' | 'enable' | 'disable'

/** A directory tree that takes, changes or leaves its final place by rename. */
export interface TreeSwap {
  readonly type: 'tree'
  readonly final: string
  /** The new tree, in scratch; `null` when the place is to be empty. */
  readonly staged: string | null
  /** Where the old tree goes, in scratch; `null` when there is none. */
  readonly previous: string | null
}

/** A host file that is replaced by rename. */
export interface FileSwap {
  readonly type: 'file'
  readonly final: string
  /** The new file, in scratch; `null` when the file is to go. */
  readonly staged: string | null
  /** A copy of the old file, in scratch; `null` when there was none. */
  readonly previous: string | null
  /** Digest of the old content, `null` when there was none. */
  readonly sha256_before: string | null
  /** Digest of the new content, `null` when the file is to go. */
  readonly sha256_after: string | null
}

/** One reversible change of the disk. */
export type Change = TreeSwap | FileSwap

/** What is on the disk for one item. */
export interface Placement {
  readonly kind: Kind
  readonly slug: string
  readonly version: string
  readonly operation_id: string
  /** Absolute, with every link on the way resolved. */
  readonly directory: string
  /** Names the held release. */
  readonly manifest_sha256: string
  readonly enabled: boolean
}

/** Old and new placement of one item; `null` is "not installed". */
export interface PlacementChange {
  readonly kind: Kind
  readonly slug: string
  readonly before: Placement | null
  readonly after: Placement | null
}

/** One line of an operation's journal. */
export type JournalLine =
  | {
      readonly step: 'begun'
      readonly operation_id: string
      readonly action: OperationAction
      readonly items: readonly { readonly kind: Kind; readonly slug: string }[]
      readonly at: string
      /** Which run of the machine this was written under. */
      readonly boot_id: string
    }
  /** A directory or file of ours that has to go in the end; written before it is made. */
  | { readonly step: 'scratch'; readonly path: string }
  /** A directory for what an operation keeps of the user's; stays when it goes well, goes when it is undone. */
  | { readonly step: 'keeps'; readonly path: string }
  /** A release that is about to be held for an item; let go again if the operation is undone. */
  | {
      readonly step: 'holds'
      readonly kind: Kind
      readonly slug: string
      readonly manifest_sha256: string
    }
  /** All that is about to happen; flushed before any of it does. */
  | {
      readonly step: 'ready'
      readonly changes: readonly Change[]
      readonly placements: readonly PlacementChange[]
      readonly ledger: readonly LedgerChange[]
    }
  /** The decision: before this line a crash ends as the old version, after it as the new one. */
  | { readonly step: 'committed' }
  /** The decision could not be flushed and is taken back, though its line may be there. */
  | { readonly step: 'withdrawn' }
  /** The changes are undone; what is left is to tidy up. */
  | { readonly step: 'undone' }
  /** Placements and ledger are written; what is left is to tidy up and to flush the trees. */
  | { readonly step: 'recorded' }

/** What a journal says when read back. */
export interface JournalState {
  readonly begun: Extract<JournalLine, { step: 'begun' }>
  readonly scratch: readonly string[]
  readonly keeps: readonly string[]
  readonly holds: readonly Extract<JournalLine, { step: 'holds' }>[]
  readonly ready: Extract<JournalLine, { step: 'ready' }> | undefined
  readonly committed: boolean
  readonly undone: boolean
  readonly recorded: boolean
}
