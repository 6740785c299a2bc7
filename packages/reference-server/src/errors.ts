import type { ProblemCode, ProblemIssue } from '@mothership/client/contract'

/** Why the server could not do something; closed, so that callers can switch on it. */
export type ServerErrorCode =
  | 'blob_mismatch'
  | 'blob_missing'
  | 'blob_range'
  | 'config_invalid'
  | 'data_directory_locked'
  | 'data_directory_unusable'
  | 'database_failed'
  | 'database_newer'
  | 'engine_failed'
  | 'engine_mismatch'
  | 'engine_unavailable'
  | 'address_unusable'
  | 'import_failed'

/** Root of every error this package throws on its own account. */
export class ServerError extends Error {
  override readonly name: string = 'ServerError'
  readonly code: ServerErrorCode | ProblemCode

  constructor(
    code: ServerErrorCode | ProblemCode,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options)
    this.code = code
  }
}

/** Every problem of the environment and the flags at once, one sentence each. */
export class ConfigError extends ServerError {
  override readonly name: string = 'ConfigError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    const list = problems.map((problem) => `\n  - ${problem}`).join('')
    super(
      'config_invalid',
      `the configuration has ${problems.length} problem${problems.length === 1 ? '' : 's'}:${list}`,
    )
    this.problems = problems
  }
}

/**
 * A refusal the caller is told about. Its message becomes the `detail` of a problem document, so it holds no secret
 * and nothing of the server's insides.
 */
export class RequestError extends ServerError {
  override readonly name: string = 'RequestError'
  declare readonly code: ProblemCode
  readonly issues: readonly ProblemIssue[]
  /** Headers that belong to the answer: `Content-Range` of a 416. */
  readonly headers: Readonly<Record<string, string>>

  constructor(
    code: ProblemCode,
    message: string,
    options: {
      readonly issues?: readonly ProblemIssue[]
      readonly headers?: Readonly<Record<string, string>>
      readonly cause?: unknown
    } = {},
  ) {
    super(code, message, options)
    this.issues = options.issues ?? []
    this.headers = options.headers ?? {}
  }
}
