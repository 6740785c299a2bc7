import { type Answer, type AnswerCache, createAnswerCache, type Fetched } from './answer-cache.ts'
import { hasCredential, type MothershipConfig } from './config.ts'
import {
  type AnswerBodyOf,
  type AnyOperation,
  type BodyOf,
  type Bytes,
  type OperationId,
  type Operations,
  operations,
  type ParamsOf,
  type PartsOf,
  type QueryOf,
} from './contract/index.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import type { Endpoint } from './endpoint.ts'
import { MothershipError } from './errors.ts'
import type { Emit } from './events.ts'
import { readAnswer, readIssues } from './read-answer.ts'
import { type OutgoingRequest, pathOf } from './transport.ts'

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call, which then rejects with the signal's reason, in every mode. */
  readonly signal?: AbortSignal | undefined
  /** Time for this call, in milliseconds, in place of the client's. */
  readonly timeoutMs?: number | undefined
  /** Ask the mothership even when a kept answer would do; then none is used when it fails, either. Default false. */
  readonly fresh?: boolean | undefined
  /** Answer `token_required` when there is no credential, whatever the client's setting. Default false. */
  readonly requireToken?: boolean | undefined
  /**
   * Sent as `Idempotency-Key` with a POST, in place of a new one: give the same to send the same again after a
   * failure, and a mothership that knows such keys does it once.
   */
  readonly idempotencyKey?: string | undefined
}

/** A file to send: its bytes, or a Blob (of a file on disk: `openAsBlob` of `node:fs`). */
export type FileInput = Blob | Uint8Array<ArrayBuffer>

type Given<Key extends string, Value> = Value extends undefined
  ? unknown
  : { readonly [K in Key]: Value }

/** Every field optional, `undefined` allowed: what a caller may leave to the defaults. */
export type Loose<Value> = { readonly [Key in keyof Value]?: Value[Key] | undefined }

type GivenQuery<Value> = Value extends undefined ? unknown : { readonly query?: Loose<Value> }

type GivenParts<Parts> = Parts extends undefined
  ? unknown
  : {
      readonly parts: {
        readonly [Name in keyof Parts]: Parts[Name] extends Bytes ? FileInput : Parts[Name]
      }
    }

/** What a call of an operation takes. */
export type CallInput<Op> = Given<'params', ParamsOf<Op>> &
  GivenQuery<QueryOf<Op>> &
  Given<'body', BodyOf<Op>> &
  GivenParts<PartsOf<Op>>

/** Operations that answer JSON: all but downloads. */
export type JsonOperationId = {
  [Id in OperationId]: AnswerBodyOf<Operations[Id]> extends Bytes ? never : Id
}[OperationId]

/** Calls any operation of the contract by its id. Answers are checked; failures reject with `MothershipError`. */
export type Call = <Id extends JsonOperationId>(
  id: Id,
  input: CallInput<Operations[Id]>,
  options?: CallOptions,
) => Promise<AnswerBodyOf<Operations[Id]>>

interface UntypedInput {
  readonly params?: object
  readonly query?: object
  readonly body?: object
  readonly parts?: object
}

/** Like {@link Call}, and says where the answer comes from. */
export type Ask = (
  id: JsonOperationId,
  input: UntypedInput,
  options?: CallOptions,
) => Promise<Answer>

/** Makes the one function through which every typed call goes. */
export function createAsk(config: MothershipConfig, endpoint: Endpoint, emit: Emit): Ask {
  const answerFromCache: AnswerCache = createAnswerCache(config, emit)
  return async (id, given, options = {}) => {
    const operation: AnyOperation = operations[id]
    const { signal, timeoutMs = config.timeoutMs } = options
    const request: OutgoingRequest = {
      operation,
      params: checkInput(operation, 'params', given.params),
      query: checkInput(operation, 'query', given.query),
      headers:
        operation.method === 'POST'
          ? { 'idempotency-key': options.idempotencyKey ?? crypto.randomUUID() }
          : undefined,
      json: given.body,
      form: given.parts === undefined ? undefined : createForm(given.parts),
    }
    assertUsable(config, options.requireToken)

    const fetch = async (etag: string | undefined, deadline: Deadline): Promise<Fetched> => {
      const headers = etag === undefined ? request.headers : { 'if-none-match': etag }
      try {
        return await endpoint.run({ ...request, headers }, deadline, async (response, redact) => {
          if (response.status === 304 && etag !== undefined) {
            await response.body?.cancel()
            return 'not_modified'
          }
          const body = await readAnswer(operation, response, redact, config.now)
          return { body, etag: response.headers.get('etag') ?? undefined }
        })
      } catch (error) {
        throw deadline.expired() ? timeoutError(operation, timeoutMs) : error
      }
    }

    if (operation.cache !== undefined) {
      const reuse = operation.cache === 'reuse' && options.fresh !== true
      return answerFromCache({ operation, path: pathOf(request), reuse, timeoutMs, signal, fetch })
    }
    const deadline = openDeadline(timeoutMs, signal)
    try {
      const fetched = await fetch(undefined, deadline)
      const body = fetched === 'not_modified' ? undefined : fetched.body
      return { body, provenance: { source: 'mothership' } }
    } finally {
      deadline.close()
    }
  }
}

/** Makes the public, typed face of {@link Ask}. */
export function createCall(ask: Ask): Call {
  const call = async (id: JsonOperationId, input: UntypedInput, options?: CallOptions) =>
    (await ask(id, input, options)).body
  return call as Call // readAnswer checked the answer against the schema of this very operation
}

/** Refuses before anything is sent, and before anything kept is answered. */
export function assertUsable(config: MothershipConfig, requireToken: boolean | undefined): void {
  if (!config.enabled) {
    throw new MothershipError('disabled', 'The marketplace is disabled: set `enabled` to use it.')
  }
  if (config.base === undefined) throw new MothershipError('not_configured', config.problem ?? '')
  if ((requireToken || config.requireToken) && !hasCredential(config.credentials)) {
    throw new MothershipError(
      'token_required',
      'There is no token: set the option `token` or MOTHERSHIP_TOKEN to use the marketplace.',
    )
  }
}

/** Refuses input that the mothership would refuse, before anything is put into a path. */
export function checkInput(
  operation: AnyOperation,
  part: 'params' | 'query',
  value: object | undefined,
): object | undefined {
  const schema = operation[part]
  if (schema === undefined) return undefined
  const present = Object.entries(value ?? {}).filter(([, one]) => one !== undefined)
  const parsed = schema.safeParse(Object.fromEntries(present))
  if (parsed.success) return parsed.data as object // the schemas of params and query are objects
  throw new MothershipError(
    'invalid_request',
    `The ${part} of ${operation.id} do not fit the contract; nothing was sent.`,
    { issues: readIssues(parsed.error) },
  )
}

/** The error of a call whose time was up. */
export function timeoutError(operation: AnyOperation, timeoutMs: number): MothershipError {
  return new MothershipError(
    'timeout',
    `The mothership did not answer ${operation.id} within ${timeoutMs} ms. Try again, or give it a longer \`timeoutMs\`.`,
  )
}

function createForm(parts: object): FormData {
  const form = new FormData()
  for (const [name, part] of Object.entries(parts)) {
    if (part instanceof Blob) form.append(name, part, name)
    else if (part instanceof Uint8Array) form.append(name, new Blob([part]), name)
    else form.append(name, new Blob([JSON.stringify(part)], { type: 'application/json' }), name)
  }
  return form
}
