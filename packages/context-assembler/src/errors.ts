/** Every reason for which this package throws. */
export type ContextErrorCode =
  | 'invalid_input'
  | 'invalid_slug'
  | 'duplicate_item'
  | 'tool_conflict'
  | 'budget_too_small'
  | 'frontmatter_refused'
  | 'content_unavailable'
  | 'reference_not_found'
  | 'word_vectors_damaged'

/**
 * The one error class of this package. Hostile or missing third-party text never throws out of `assembleContext`:
 * it becomes an entry in `omitted` or `warnings`. What throws is a mistake of the caller, or a budget that cannot hold.
 */
export class ContextError extends Error {
  override readonly name = 'ContextError'
  readonly code: ContextErrorCode

  constructor(code: ContextErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
