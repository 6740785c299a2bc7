/** What an import came to. */
export interface ImportSummary {
  readonly status: 'imported' | 'unchanged'
  /** Name of the marketplace. */
  readonly name: string
  /** Releases that came of it. */
  readonly released: number
  /** Entries that could not be imported, or only in part. */
  readonly problems: number
}
