import ky, { type KyInstance } from 'ky'
import type { MothershipConfig } from './config.ts'
import { type AnyOperation, writeQuery } from './contract/index.ts'
import { type CredentialHolder, holdCredentials } from './credentials.ts'
import { MothershipError } from './errors.ts'
import type { Emit } from './events.ts'
import { createGuardedFetch } from './guarded-fetch.ts'
import { type Redact, redactCause } from './redact.ts'

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

/** Sends requests to one address. */
export interface Transport {
  readonly redact: Redact
  /** Answers whatever status came. Rejects with a `MothershipError`, or with the signal's reason. */
  readonly send: (request: OutgoingRequest, signal: AbortSignal) => Promise<Response>
}

/** Makes the transport of a configuration: ky over the guarded fetch, without retries of its own. */
export function createTransport(config: MothershipConfig, emit: Emit): Transport {
  const credentials = holdCredentials(config, emit)
  const { redact } = credentials
  const http = config.base === undefined ? undefined : createHttp(config, config.base, credentials)
  const dispatch = async (request: OutgoingRequest, signal: AbortSignal) => {
    if (http === undefined) throw new MothershipError('not_configured', config.problem ?? '')
    signal.throwIfAborted()
    try {
      return await http(config.base + pathOf(request), {
        method: request.operation.method,
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
  }
  return {
    redact,
    send: async (request, signal) => {
      const used = credentials.accessToken()
      const response = await dispatch(request, signal)
      if (response.status !== 401 || !credentials.mayRenew(used)) return response
      await response.body?.cancel() // while the host is asked, nobody would read it
      if (await credentials.renew(used, signal)) return dispatch(request, signal) // once, never again
      throw new MothershipError(
        'invalid_credential',
        'The access token was refused, and there is no new one. Sign in again.',
        { status: 401 },
      )
    },
  }
}

/** Path and query of a request, each parameter one encoded segment. */
export function pathOf({ operation, params = {}, query = {} }: OutgoingRequest): string {
  const values = new Map<string, unknown>(Object.entries(params))
  const path = operation.path.replaceAll(/\{([^}]+)\}/g, (_, name: string) =>
    encodeURIComponent(String(values.get(name))),
  )
  const search = writeQuery(query).toString()
  return search === '' ? path : `${path}?${search}`
}

function createHttp(
  config: MothershipConfig,
  base: string,
  credentials: CredentialHolder,
): KyInstance {
  const guarded = createGuardedFetch(config.fetch, base, credentials.headers)
  return ky.create({
    fetch: (input) => guarded(input instanceof Request ? input : new Request(input)),
    retry: 0, // endpoint.ts retries, for the body as well as for the head
    timeout: false, // every call has a deadline of its own, which covers the body as well
    throwHttpErrors: false,
  })
}
