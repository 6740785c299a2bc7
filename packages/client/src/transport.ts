import ky, { type KyInstance } from 'ky'
import { type MothershipConfig, hasCredential } from './config.ts'
import { type AnyOperation, writeQuery } from './contract/index.ts'
import { MothershipError } from './errors.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { createRedact, type Redact, redactCause } from './redact.ts'

/** A request as an operation and its checked input describe it. */
export interface OutgoingRequest {
  readonly operation: AnyOperation
  readonly params?: object | undefined
  readonly query?: object | undefined
  readonly headers?: Readonly<Record<string, string>> | undefined
  /** A JSON value or a form. */
  readonly json?: unknown
  readonly form?: FormData | undefined
}

/** Sends requests to one mothership. */
export interface Transport {
  readonly redact: Redact
  /** Answers whatever status came. Rejects with a `MothershipError`, or with the signal's reason. */
  readonly send: (request: OutgoingRequest, signal: AbortSignal) => Promise<Response>
}

/** Makes the transport of a configuration: ky over the guarded fetch, without retries of its own. */
export function createTransport(config: MothershipConfig): Transport {
  const redact = createRedact(config.credentials)
  const http = config.base === undefined ? undefined : createHttp(config, config.base)
  return {
    redact,
    send: async (request, signal) => {
      if (!config.enabled) {
        throw new MothershipError(
          'disabled',
          'The marketplace is disabled: set `enabled` to use it.',
        )
      }
      if (http === undefined) throw new MothershipError('not_configured', config.problem ?? '')
      if (config.requireToken && !hasCredential(config.credentials)) {
        throw new MothershipError(
          'token_required',
          'There is no token: set the option `token` or MOTHERSHIP_TOKEN to use the marketplace.',
        )
      }
      signal.throwIfAborted()
      try {
        return await http(config.base + fillPath(request.operation.path, request.params ?? {}), {
          method: request.operation.method,
          searchParams: writeQuery(request.query ?? {}),
          headers: { accept: 'application/json', ...request.headers },
          signal,
          ...(request.json === undefined ? {} : { json: request.json }),
          ...(request.form === undefined ? {} : { body: request.form }),
        })
      } catch (error) {
        if (signal.aborted) throw signal.reason
        if (error instanceof MothershipError) throw error
        const { cause } = error instanceof Error && error.cause ? error : { cause: error }
        throw new MothershipError(
          'unreachable',
          `The mothership at ${config.base} cannot be reached. Check that it runs and that the address is right.`,
          { cause: redactCause(cause, redact) },
        )
      }
    },
  }
}

function createHttp(config: MothershipConfig, base: string): KyInstance {
  const guarded = createGuardedFetch(config.fetch, base, config.credentials)
  return ky.create({
    fetch: (input) => guarded(input instanceof Request ? input : new Request(input)),
    retry: 0,
    timeout: false, // every call has a deadline of its own, which covers the body as well
    throwHttpErrors: false,
  })
}

/** Puts parameters in their places, each as one encoded segment. */
function fillPath(template: string, params: object): string {
  const values = new Map<string, unknown>(Object.entries(params))
  return template.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(String(values.get(name))),
  )
}
