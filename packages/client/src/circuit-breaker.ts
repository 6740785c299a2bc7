import type { BreakerState } from './events.ts'
import { MothershipError } from './errors.ts'

/** Permission to send once; exactly one of the three is called afterwards. */
export interface Pass {
  succeeded(): void
  failed(): void
  /** Nobody knows: the caller went away. */
  released(): void
}

/** Stops sending to a mothership that keeps failing. */
export interface CircuitBreaker {
  /** Throws `circuit_open` while nothing is to be sent; `always` passes nevertheless (a question about health). */
  enter(always: boolean): Pass
  readonly state: () => BreakerState
}

/** Settings of a breaker. */
export interface CircuitBreakerOptions {
  /** Failures in a row that open it; 0 never opens. */
  readonly failures: number
  readonly pauseMs: number
  readonly now: () => number
  readonly onChange: (state: BreakerState) => void
}

/** Makes a breaker: closed; open after enough failures in a row; half open for one probe after the pause. */
export function createCircuitBreaker(options: CircuitBreakerOptions): CircuitBreaker {
  let state: BreakerState = 'closed'
  let failuresInRow = 0
  let openedAt = 0
  const change = (next: BreakerState) => {
    if (state === next) return
    state = next
    options.onChange(next)
  }
  return {
    state: () => state,
    enter: (always) => {
      const waitMs = openedAt + options.pauseMs - options.now()
      const probes = state === 'open' && waitMs <= 0
      if (state !== 'closed' && !probes && !always) {
        throw new MothershipError(
          'circuit_open',
          `The mothership failed ${failuresInRow} times in a row; the next try is in ${Math.max(0, Math.ceil(waitMs / 1000))} s.`,
          { retryAfterMs: Math.max(0, waitMs) },
        )
      }
      if (probes) change('half_open')
      return {
        succeeded: () => {
          failuresInRow = 0
          change('closed')
        },
        failed: () => {
          failuresInRow += 1
          const enough = options.failures > 0 && failuresInRow >= options.failures
          if (!enough && !probes) return
          openedAt = options.now()
          change('open')
        },
        released: () => {
          if (probes) change('open') // the next call may probe at once
        },
      }
    },
  }
}
