import type { ItemReference } from './ports/artifact-source.ts'

/**
 * Where in the pipeline something went wrong. `request` is before the first stage, `lock` while waiting for nobody,
 * `recover` while the installer puts right what an earlier process left.
 */
export type InstallStage =
  | 'request'
  | 'lock'
  | 'resolve'
  | 'entitlement'
  | 'acquire'
  | 'verify'
  | 'policy'
  | 'permissions'
  | 'caps'
  | 'unpack'
  | 'prepare'
  | 'commit'
  | 'record'
  | 'report'
  | 'recover'

/** The closed list of reasons; callers switch on it. */
export type InstallerErrorCode =
  | 'invalid_request'
  | 'invalid_configuration'
  | 'unsupported_kind'
  | 'not_installed'
  | 'busy'
  | 'aborted'
  | 'source_failed'
  | 'package_too_large'
  | 'manifest_refused'
  | 'identity_mismatch'
  | 'package_mismatch'
  | 'tree_mismatch'
  | 'archive_refused'
  | 'policy_refused'
  | 'approval_refused'
  | 'capability_refused'
  | 'layout_refused'
  | 'target_unsafe'
  | 'target_occupied'
  | 'host_config_refused'
  | 'file_system'
  | 'ledger_unavailable'
  | 'adapter_failed'
  | 'rollback_failed'
  | 'unfinished'
  | 'tree_damaged'
  | 'internal'

/** What an {@link InstallerError} is made from. */
export interface InstallerErrorDetails {
  /** One of the closed list of reasons. */
  readonly code: InstallerErrorCode
  /** The stage that refused. */
  readonly stage: InstallStage
  /** The rule that was broken, a short dotted name such as `package.sha256` or `manifest.unknown_key`. */
  readonly rule: string
  /** Expected, came, what to do: one or two sentences. */
  readonly message: string
  /** The file inside the package, or the path on disk, that broke the rule. */
  readonly file?: string | undefined
  /** The item the operation was about. */
  readonly item?: ItemReference | undefined
  /** How the disk was left; default `unchanged`. */
  readonly outcome?: InstallerOutcome | undefined
  /** The failure below this one. */
  readonly cause?: unknown
}

/**
 * How a failed operation left the disk. `unchanged`: as before the call. `committed`: the operation took effect, only
 * its last steps (recording, tidying up) are left to `recover()`. `unknown`: putting things back failed; `recover()`
 * heals it.
 */
export type InstallerOutcome = 'unchanged' | 'committed' | 'unknown'

/**
 * The one error this package throws. When it is thrown, the target directories are as they were before the call,
 * no staging is left and nothing is recorded, unless `outcome` says otherwise.
 */
export class InstallerError extends Error {
  override readonly name: string = 'InstallerError'
  /** One of the closed list of reasons. */
  readonly code: InstallerErrorCode
  /** The stage that refused. */
  readonly stage: InstallStage
  /** The rule that was broken. */
  readonly rule: string
  /** The file that broke it, where there is one. */
  readonly file: string | undefined
  /** The item the operation was about, where there is one. */
  readonly item: ItemReference | undefined
  /** How the disk was left. */
  readonly outcome: InstallerOutcome

  constructor(details: InstallerErrorDetails) {
    super(details.message, details.cause === undefined ? undefined : { cause: details.cause })
    this.code = details.code
    this.stage = details.stage
    this.rule = details.rule
    this.file = details.file
    this.item = details.item
    this.outcome = details.outcome ?? 'unchanged'
  }
}

/**
 * Turns whatever a stage threw into an {@link InstallerError} of that stage; one that is already typed stays as it is.
 * System errors keep their errno name as rule (`errno.ENOSPC`), aborts become `aborted`.
 */
export function toInstallerError(
  thrown: unknown,
  stage: InstallStage,
  item?: ItemReference,
): InstallerError {
  if (thrown instanceof InstallerError) return thrown
  const name = thrown instanceof Error ? thrown.name : typeof thrown
  const text = thrown instanceof Error ? thrown.message : String(thrown)
  if (name === 'AbortError') {
    return new InstallerError({
      code: 'aborted',
      stage,
      rule: 'signal.aborted',
      message: `The operation was aborted by its caller during ${stage}; nothing was changed.`,
      item,
      cause: thrown,
    })
  }
  const errno = systemErrorName(thrown)
  if (errno !== undefined) {
    return new InstallerError({
      code: 'file_system',
      stage,
      rule: `errno.${errno}`,
      message: `Expected the file system to carry out a step of ${stage}; it answered ${errno}: ${text}. ${adviceFor(errno)}`,
      file: systemErrorPath(thrown),
      item,
      cause: thrown,
    })
  }
  return new InstallerError({
    code: 'internal',
    stage,
    rule: 'unexpected',
    message: `Expected ${stage} to finish; it threw ${name}: ${text}. The cause holds the original error.`,
    item,
    cause: thrown,
  })
}

function systemErrorName(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('code' in thrown) || !('syscall' in thrown)) return undefined
  return typeof thrown.code === 'string' ? thrown.code : undefined
}

function systemErrorPath(thrown: unknown): string | undefined {
  if (!(thrown instanceof Error) || !('path' in thrown)) return undefined
  return typeof thrown.path === 'string' ? thrown.path : undefined
}

function adviceFor(errno: string): string {
  switch (errno) {
    case 'ENOSPC':
    case 'EDQUOT':
      return 'Free some space and try again.'
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return 'Give this process the right to write there and try again.'
    case 'EXDEV':
      return 'Keep the target directory and the items in it on one file system.'
    case 'EMFILE':
    case 'ENFILE':
      return 'Raise the limit of open files or run fewer operations at once.'
    default:
      return 'Try again; if it happens again, check the disk.'
  }
}
