import { usageReportSchema } from '../contract/index.ts'
import { MothershipError } from '../errors.ts'
import type { Mothership } from '../mothership.ts'
import { openUsageQueue } from './usage-queue.ts'
import type { ItemUse } from './usage-window.ts'

/** Settings of {@link createUsageReporter}. */
export interface UsageReporterOptions {
  readonly mothership: Pick<Mothership, 'call'>
  /** Where uses wait until they have arrived. Made when it is not there, for this user only. */
  readonly directory: string
  /** Who reports. Default: an id that is made once for the directory. */
  readonly instanceId?: string | undefined
  /** Uses of so many milliseconds go into one report. Default 300,000. */
  readonly windowMs?: number | undefined
  /** Longest wait after failures, in milliseconds; the first is a second. Default 300,000. */
  readonly maxWaitMs?: number | undefined
  /** Told what could not be written, sent or was refused; the reporter goes on. */
  readonly onProblem?: ((error: unknown) => void) | undefined
  /** A number from 0 to 1, for the jitter of waits. Default `Math.random`. */
  readonly random?: (() => number) | undefined
}

/** What a flush did. */
export interface UsageFlush {
  /** Reports that arrived. */
  readonly sent: number
  /** Reports that still wait. */
  readonly waiting: number
}

/** Reports how often items run. */
export interface UsageReporter extends AsyncDisposable {
  /**
   * Notes one use. It is with the operating system when this returns true, and reaches the mothership even if the
   * process is killed at once. False when it could not be noted, or names no item; `onProblem` is told why.
   */
  record(use: ItemUse): boolean
  /** Sends everything noted so far, until the first failure. Never rejects. */
  flush(options?: { readonly signal?: AbortSignal | undefined }): Promise<UsageFlush>
  /** Flushes within so many milliseconds (5,000) and stops; what is left waits in the directory for the next reporter. */
  close(options?: { readonly timeoutMs?: number | undefined }): Promise<UsageFlush>
}

const firstWaitMs = 1000

/** Codes after which the same report would be refused for ever. */
const refusals: readonly string[] = [
  'invalid_request',
  'payload_too_large',
  'unsupported_media_type',
]

/** Makes a reporter. It sends on its own, without keeping the process alive. Throws when the directory cannot be made. */
export function createUsageReporter(options: UsageReporterOptions): UsageReporter {
  const { mothership, onProblem, windowMs = 300_000, maxWaitMs = 300_000 } = options
  const random = options.random ?? Math.random
  const queue = openUsageQueue(options.directory, windowMs, options.instanceId)
  let failuresInRow = 0
  let closed = false
  let sending: Promise<unknown> = Promise.resolve()
  let timer: ReturnType<typeof setTimeout> | undefined

  /** Answers whether the next report may be sent: not after a failure that may pass. */
  const send = async (windowId: string, signal: AbortSignal | undefined): Promise<boolean> => {
    const report = await queue.read(windowId)
    if (report === undefined) return true
    try {
      await mothership.call('usage.report', { body: report }, { signal, idempotencyKey: windowId })
    } catch (error) {
      onProblem?.(error)
      if (!(error instanceof MothershipError && refusals.includes(error.code))) return false
      await queue.setAside(windowId)
      return true
    }
    await queue.drop(windowId)
    return true
  }

  const flushNow = async (signal: AbortSignal | undefined): Promise<UsageFlush> => {
    let sent = 0
    try {
      await queue.seal()
      for (const windowId of await queue.waiting()) {
        if (signal?.aborted || !(await send(windowId, signal))) {
          failuresInRow += 1
          return { sent, waiting: (await queue.waiting()).length }
        }
        failuresInRow = 0
        sent += 1
      }
    } catch (error) {
      failuresInRow += 1
      onProblem?.(error)
    }
    return { sent, waiting: (await queue.waiting().catch(() => [])).length }
  }

  /** One flush at a time: two would send the same reports. */
  const flush: UsageReporter['flush'] = ({ signal } = {}) => {
    const next = sending.then(() => flushNow(signal))
    sending = next
    return next
  }

  const schedule = () => {
    if (closed) return
    const backOffMs = Math.min(maxWaitMs, firstWaitMs * 2 ** (failuresInRow - 1))
    const waitMs = failuresInRow === 0 ? windowMs : backOffMs * (0.5 + random() / 2)
    timer = setTimeout(() => void flush().then(schedule), waitMs)
    timer.unref()
  }
  schedule()

  const close: UsageReporter['close'] = async ({ timeoutMs = 5000 } = {}) => {
    closed = true
    clearTimeout(timer)
    const controller = new AbortController()
    const limit = setTimeout(() => controller.abort(), timeoutMs)
    try {
      return await flush({ signal: controller.signal })
    } finally {
      clearTimeout(limit)
    }
  }

  return {
    record: (use) => {
      try {
        assertUse(use)
        if (closed) throw new Error('The usage reporter is closed')
        queue.append(use)
        return true
      } catch (error) {
        onProblem?.(error)
        return false
      }
    },
    flush,
    close,
    [Symbol.asyncDispose]: async () => {
      await close()
    },
  }
}

/** One use that the contract does not know would have the whole report refused. */
function assertUse({ kind, slug, version }: ItemUse): void {
  const event = { kind, slug, version, executions: 1, successes: 0, failures: 0 }
  const parsed = usageReportSchema.safeParse({ instance_id: 'i', window_id: 'w', events: [event] })
  if (parsed.success) return
  throw new MothershipError(
    'invalid_request',
    'A use must name the kind, slug and version of an item.',
    {
      issues: parsed.error.issues.map(({ path, message }) => ({
        path: path.slice(2).join('.'),
        message,
      })),
    },
  )
}
