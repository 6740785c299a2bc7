import type { Finding, ScanStatus } from '@mothership/client/contract'
import type { FileMap, Manifest } from '@mothership/manifest'
import type { Logger } from '../../../ports/logger.ts'

/** What a scanner looks at: bytes that were read and bound to their manifest already. */
export interface ScanInput {
  readonly manifest: Manifest
  readonly files: FileMap
  readonly signal?: AbortSignal | undefined
}

/** Looks through a package for what a moderator should know. Refuses nothing by itself. */
export interface Scanner {
  /** Everything it found; rejects when it could not look at all of it. */
  scan(input: ScanInput): Promise<Finding[]>
}

/** What a scan came to. */
export interface ScanResult {
  readonly scan_status: ScanStatus
  readonly findings: Finding[]
}

/** A package ends at 50 MiB; whoever needs longer for it hangs. */
export const defaultScanTimeoutMs = 30_000

/**
 * Runs a scanner. One that breaks or takes too long answers `failed`: the submission waits, and nothing approves it until
 * a later scan went through.
 */
export async function runScan(
  scanner: Scanner,
  input: ScanInput,
  options: { readonly log: Logger; readonly timeoutMs?: number | undefined },
): Promise<ScanResult> {
  const { log, timeoutMs = defaultScanTimeoutMs } = options
  const deadline = AbortSignal.timeout(timeoutMs)
  const given = input.signal
  const signal = given === undefined ? deadline : AbortSignal.any([given, deadline])
  try {
    const findings = await untilAborted(scanner.scan({ ...input, signal }), signal)
    return { scan_status: 'completed', findings: findings.slice(0, maxFindings) }
  } catch (error) {
    given?.throwIfAborted() // Whoever asked went away: nothing is stored.
    const { kind, slug, version } = input.manifest
    log.error({ err: error, kind, slug, version }, 'the scan failed; the submission waits')
    const failed: Finding = {
      severity: 'error',
      rule: 'scan-failed',
      message: 'The scan broke off, so that nobody knows what is in the files: scan again.',
      file: null,
      line: null,
    }
    return { scan_status: 'failed', findings: [failed] }
  }
}

/** A reviewer reads no more; the contract's list ends at 1,000 with what the other checks found. */
const maxFindings = 500

/** A scanner that ignores its signal is not waited for. */
async function untilAborted<Value>(promise: Promise<Value>, signal: AbortSignal): Promise<Value> {
  let stop = (): void => undefined
  const aborted = new Promise<never>((_resolve, reject) => {
    stop = () => reject(signal.reason)
    signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
