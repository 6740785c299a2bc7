import { createCircuitBreaker } from './circuit-breaker.ts'
import type { MothershipConfig } from './config.ts'
import type { AnyOperation, OperationId } from './contract/index.ts'
import { type Deadline, sleep } from './deadline.ts'
import { isOutage, MothershipError } from './errors.ts'
import type { Emit } from './events.ts'
import type { Redact } from './redact.ts'
import { createTransport, type OutgoingRequest } from './transport.ts'

/** Reads an answer; it is part of the attempt, so that a broken body is tried again like a broken connection. */
export type ReadResponse<Value> = (response: Response, redact: Redact) => Promise<Value>

/** Something that answers requests: one address, or one with its mirrors. */
export interface Endpoint {
  readonly run: <Value>(
    request: OutgoingRequest,
    deadline: Deadline,
    read: ReadResponse<Value>,
  ) => Promise<Value>
}

/** First wait before a retry, doubled each time, and the longest; the jitter takes any part of it. */
const firstWaitMs = 250
const longestWaitMs = 10_000

/**
 * Makes the endpoint of one address: a circuit breaker, and retries of what is idempotent, with full jitter, never
 * before `Retry-After` and never beyond the deadline.
 */
export function createEndpoint(config: MothershipConfig, emit: Emit): Endpoint {
  const transport = createTransport(config, emit)
  const breaker = createCircuitBreaker({
    failures: config.breakerFailures,
    pauseMs: config.breakerPauseMs,
    now: config.now,
    onChange: (state) => emit({ type: 'breaker', state }),
  })
  const waitFor = (failures: number, error: MothershipError) => {
    const longest = Math.min(longestWaitMs, firstWaitMs * 2 ** (failures - 1))
    return Math.max(error.retryAfterMs ?? 0, Math.round(config.random() * longest))
  }
  return {
    run: async (request, deadline, read) => {
      const { operation } = request
      const id = operation.id as OperationId // requests are made of operations of the registry
      for (let attempt = 1; ; attempt += 1) {
        const pass = breaker.enter(id === 'health')
        const startedAt = performance.now()
        emit({ type: 'request', operation: id, attempt })
        try {
          const response = await transport.send(request, deadline.signal)
          const value = await read(response, transport.redact)
          pass.succeeded()
          emit({ type: 'answer', operation: id, attempt, duration_ms: since(startedAt) })
          return value
        } catch (cause) {
          const failure = { operation: id, attempt, duration_ms: since(startedAt) }
          if (deadline.signal.aborted) {
            if (deadline.expired()) pass.failed()
            else pass.released()
            const code = deadline.expired() ? ('timeout' as const) : ('cancelled' as const)
            emit({ type: 'failure', ...failure, code })
            throw deadline.signal.reason
          }
          const error = asMothershipError(cause, operation)
          if (isOutage(error)) pass.failed()
          else pass.succeeded()
          const { code, status } = error
          const wait = waitFor(attempt, error)
          const again =
            attempt <= config.retries &&
            isIdempotent(operation) &&
            isPassing(error) &&
            breaker.state() !== 'open' &&
            wait < deadline.remainingMs()
          emit({
            type: 'failure',
            ...failure,
            code,
            status,
            ...(again ? { retry_in_ms: wait } : {}),
          })
          if (!again) throw error
          await sleep(wait, deadline.signal)
        }
      }
    },
  }
}

/** Whether sending an operation twice does no more than sending it once. */
function isIdempotent(operation: AnyOperation): boolean {
  return operation.idempotent ?? !['POST', 'PATCH'].includes(operation.method)
}

/** Whether a failure may be gone on the next try. */
function isPassing(error: MothershipError): boolean {
  return (
    isOutage(error) ||
    error.code === 'rate_limited' ||
    error.code === 'request_timeout' ||
    error.status === 429
  )
}

function asMothershipError(cause: unknown, operation: AnyOperation): MothershipError {
  if (cause instanceof MothershipError) return cause
  return new MothershipError(
    'unreachable',
    `The connection broke while ${operation.id} was answered. Try again.`,
  )
}

function since(startedAt: number): number {
  return Math.round(performance.now() - startedAt)
}
