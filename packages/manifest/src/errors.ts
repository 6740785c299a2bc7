/** Every reason this package refuses something; closed, so that callers can switch over it. */
export type ManifestErrorCode =
  | 'malformed_bytes'
  | 'malformed_json'
  | 'malformed_yaml'
  | 'too_large'
  | 'too_deep'
  | 'not_json_value'
  | 'schema_violation'
  | 'unknown_kind'
  | 'invalid_key'
  | 'invalid_key_file'
  | 'wrong_passphrase'
  | 'invalid_document'
  | 'invalid_permission'
  | 'invalid_signature'
  | 'unsupported_conversion'
  | 'archive_refused'
  | 'source_refused'

/** One problem of a document, at one place. */
export interface ManifestIssue {
  /** Dotted path of the field, empty for the whole document. */
  path: string
  expected: string
  received: string
  message: string
}

/** Root of every error this package throws on purpose. */
export class ManifestError extends Error {
  override readonly name: string = 'ManifestError'
  readonly code: ManifestErrorCode
  /** Every problem found, not only the first; empty where the code says all. */
  readonly issues: readonly ManifestIssue[]

  constructor(
    code: ManifestErrorCode,
    message: string,
    options: { issues?: readonly ManifestIssue[]; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.issues = options.issues ?? []
  }
}

/** The rule of archive reading that an input broke; closed, and what tests and logs go by. */
export type ArchiveRule =
  | 'format'
  | 'packed_bytes'
  | 'unpacked_bytes'
  | 'file_bytes'
  | 'ratio'
  | 'entries'
  | 'depth'
  | 'name'
  | 'name_length'
  | 'twin_name'
  | 'duplicate'
  | 'link'
  | 'entry_type'
  | 'size'
  | 'checksum'
  | 'truncated'
  | 'trailing_data'
  | 'header'
  | 'encrypted'
  | 'compression'
  | 'unsupported'
  | 'io'
  | 'aborted'

/** A package or folder was refused: `rule` says which rule, `file` at which entry. */
export class ArchiveError extends ManifestError {
  override readonly name: string = 'ArchiveError'
  readonly rule: ArchiveRule
  readonly file?: string

  constructor(
    rule: ArchiveRule,
    message: string,
    options: { file?: string; cause?: unknown } = {},
  ) {
    super('archive_refused', message, { cause: options.cause })
    this.rule = rule
    if (options.file !== undefined) this.file = options.file
  }
}
