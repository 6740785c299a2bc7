import type { MothershipConfig } from './config.ts'
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
import { openDeadline } from './deadline.ts'
import { MothershipError } from './errors.ts'
import { readAnswer, readIssues } from './read-answer.ts'
import type { Transport } from './transport.ts'

/** Options of every call. */
export interface CallOptions {
  /** Cancels the call, which then rejects with the signal's reason, in every mode. */
  readonly signal?: AbortSignal | undefined
  /** Time for this call, in milliseconds, in place of the client's. */
  readonly timeoutMs?: number | undefined
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

/** Makes the one function through which every typed call goes. */
export function createCall(config: MothershipConfig, transport: Transport): Call {
  const call = async (
    id: JsonOperationId,
    given: UntypedInput,
    options: CallOptions = {},
  ): Promise<unknown> => {
    const operation: AnyOperation = operations[id]
    const request = {
      operation,
      params: checkInput(operation, 'params', given.params),
      query: checkInput(operation, 'query', given.query),
      json: given.body,
      form: given.parts === undefined ? undefined : createForm(given.parts),
    }
    const timeoutMs = options.timeoutMs ?? config.timeoutMs
    const deadline = openDeadline(timeoutMs, options.signal)
    try {
      const response = await transport.send(request, deadline.signal)
      return await readAnswer(operation, response, transport.redact)
    } catch (error) {
      if (options.signal?.aborted) throw options.signal.reason
      if (deadline.expired()) throw timeoutError(operation, timeoutMs)
      if (error instanceof MothershipError) throw error
      throw new MothershipError(
        'unreachable',
        `The connection broke while ${operation.id} was answered. Try again.`,
      )
    } finally {
      deadline.close()
    }
  }
  return call as Call // readAnswer checked the answer against the schema of this very operation
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
