import type { MothershipConfig } from './config.ts'
import type { ProblemIssue } from './contract/index.ts'
import type { Emit } from './events.ts'
import { MothershipError, type MothershipErrorCode } from './errors.ts'

/** What an answer carries when there is nothing to show: why, and what to do about it. */
export interface Unavailable {
  readonly source: 'none'
  readonly code: MothershipErrorCode
  /** For a person: what happened and what to do. */
  readonly message: string
  readonly documentation_url: string
  /** Faults within the request, when the mothership named any. */
  readonly issues: readonly ProblemIssue[]
}

/** Runs a call; when it fails with a `MothershipError`, answers the fallback instead, unless the client is strict. */
export type Degrade = <Answer, Fallback>(
  run: () => Promise<Answer>,
  fallback: (note: Unavailable) => Fallback,
) => Promise<Answer | Fallback>

/** Makes the one place that turns failures into empty answers, each one told to `onDegraded`. */
export function createDegrade(config: MothershipConfig, emit: Emit): Degrade {
  return async (run, fallback) => {
    try {
      return await run()
    } catch (error) {
      if (config.strict || !(error instanceof MothershipError)) throw error
      emit({ type: 'degraded', error })
      config.onDegraded?.(error)
      return fallback({
        source: 'none',
        code: error.code,
        message: error.message,
        documentation_url: config.documentationUrl,
        issues: error.issues,
      })
    }
  }
}
