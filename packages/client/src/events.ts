import type { OperationId } from './contract/index.ts'
import type { MothershipError, MothershipErrorCode } from './errors.ts'

/** What a client tells of its state, in the order it happens. No event holds a credential or a payload. */
export type MothershipEvent =
  /** A request is sent; `attempt` counts from 1. */
  | { readonly type: 'request'; readonly operation: OperationId; readonly attempt: number }
  /** It was answered as the contract says. */
  | {
      readonly type: 'answer'
      readonly operation: OperationId
      readonly attempt: number
      readonly duration_ms: number
    }
  /** It failed. `retry_in_ms` is absent when it is not tried again. */
  | {
      readonly type: 'failure'
      readonly operation: OperationId
      readonly attempt: number
      readonly duration_ms: number
      readonly code: MothershipErrorCode | 'cancelled'
      readonly status?: number | undefined
      readonly retry_in_ms?: number | undefined
    }
  /** `hit`: no request needed. `confirmed`: not changed. `stored`: new. `stale`: used because the mothership failed. */
  | {
      readonly type: 'cache'
      readonly operation: OperationId
      readonly result: 'hit' | 'confirmed' | 'stored' | 'stale'
    }
  /** `open`: nothing is sent. `half_open`: one call probes. `closed`: all is well. */
  | { readonly type: 'breaker'; readonly state: BreakerState }
  /** The access token was renewed, or could not be. */
  | { readonly type: 'refresh'; readonly renewed: boolean }
  /** A mirror answers for the mothership, or was refused because it tells another id. */
  | { readonly type: 'mirror'; readonly base: string; readonly accepted: boolean }
  /** A failure became an empty answer. */
  | { readonly type: 'degraded'; readonly error: MothershipError }

/** State of the circuit breaker. */
export type BreakerState = 'closed' | 'open' | 'half_open'

/** Hears events. */
export type EventListener = (event: MothershipEvent) => void

/** Tells an event to everyone who listens. */
export type Emit = (event: MothershipEvent) => void

/** Who listens, and how to tell them. */
export interface Events {
  readonly emit: Emit
  /** Answers a function that stops listening. */
  readonly on: (name: 'event', listener: EventListener) => () => void
}

/** Makes the one hook. A listener that throws is warned about on the console: it fails neither calls nor other listeners. */
export function createEvents(): Events {
  const listeners = new Set<EventListener>()
  return {
    emit: (event) => {
      for (const listener of listeners) {
        try {
          listener(event)
        } catch (error) {
          console.warn('A listener of a mothership client threw', error)
        }
      }
    },
    on: (_, listener) => {
      const entry: EventListener = (event) => listener(event) // the same function may listen twice
      listeners.add(entry)
      return () => listeners.delete(entry)
    },
  }
}
