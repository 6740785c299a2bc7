import type { Kind } from '@mothership/manifest'

/** What became of one thing a source offered. */
export type ItemOutcome = 'added' | 'updated' | 'skipped' | 'pending_review' | 'failed'

/** One thing a source offered, and what became of it. */
export interface SyncItem {
  readonly kind: Kind
  readonly slug: string
  readonly name: string
  /** Null when there is no version to speak of: the item lives elsewhere, or could not be read. */
  readonly version: string | null
  readonly outcome: ItemOutcome
  /** Code of the failure, for programs. */
  readonly code?: string
  /** Why it was not simply added or updated, for people. */
  readonly reason?: string
}

/** Counts of a run. */
export interface SyncSummary {
  readonly discovered: number
  readonly added: number
  readonly updated: number
  readonly skipped: number
  readonly pending_review: number
  readonly failed: number
}

/** One run of an import. */
export interface SyncRun {
  readonly sync_id: string
  readonly source: string
  readonly started_at: string
  readonly completed_at: string
  readonly status: 'completed'
  readonly summary: SyncSummary
  /** In the order of the source. */
  readonly items: readonly SyncItem[]
  /** What the reading of the source complained about, with file and line. */
  readonly problems: readonly string[]
}

/** Counts the outcomes. */
export function summarize(items: readonly SyncItem[]): SyncSummary {
  const of = (outcome: ItemOutcome): number =>
    items.filter((item) => item.outcome === outcome).length
  return {
    discovered: items.length,
    added: of('added'),
    updated: of('updated'),
    skipped: of('skipped'),
    pending_review: of('pending_review'),
    failed: of('failed'),
  }
}
