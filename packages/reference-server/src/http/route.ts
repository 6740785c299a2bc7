import { isDeepStrictEqual } from 'node:util'
import {
  type AnswerOf,
  type AnyOperation,
  type BodyOf,
  type HeadersOf,
  type OperationId,
  operationList,
  type Operations,
  type ParamsOf,
  type QueryOf,
  readQuery,
} from '@mothership/client/contract'
import type { Context, Hono } from 'hono'
import type { z } from 'zod'
import { RequestError, ServerError } from '../errors.ts'
import { anonymous, type Caller } from '../features/credentials/caller.ts'
import { answerBytes, answerJson } from './answer.ts'
import { authorize, type Guard } from './authorize.ts'
import type { Environment } from './environment.ts'
import { readMultipart, type StagedParts } from './multipart.ts'
import { invalidRequest } from './problems.ts'
import { readJsonBody } from './read-body.ts'

/** What a handler gets: everything checked against the contract, and who asks. */
export interface Call<Id extends OperationId> {
  readonly params: ParamsOf<Operations[Id]>
  readonly query: QueryOf<Operations[Id]>
  readonly headers: HeadersOf<Operations[Id]>
  readonly body: BodyOf<Operations[Id]>
  /** Parts of a multipart body; gone when the handler is done. */
  readonly parts: StagedParts | undefined
  readonly caller: Caller
  readonly requestId: string
  /** Where the request comes from. */
  readonly address: string
  /** The answer's body will not be sent: do not open it, do not count it. */
  readonly headOnly: boolean
  readonly signal: AbortSignal
}

/** What answers one operation. */
export type Handler<Id extends OperationId> = (call: Call<Id>) => Promise<AnswerOf<Operations[Id]>>

/** One handler for every operation of the contract: a missing one does not compile, and does not start. */
export type Handlers = { readonly [Id in OperationId]: Handler<Id> }

/** How routes are built. */
export interface RouteOptions {
  /** Who may call what, and how often. */
  readonly guard: Guard
  /** Folder in which uploads are held for the time of a request. */
  readonly stagingDirectory: string
  /** Compares every answer with the contract and fails on a difference. For tests. */
  readonly checkAnswers: boolean
}

/** Serves every operation of the contract. */
export function mountOperations(
  app: Hono<Environment>,
  handlers: Handlers,
  options: RouteOptions,
  served: readonly AnyOperation[] = operationList,
): void {
  for (const operation of served) {
    const handler = Object.hasOwn(handlers, operation.id)
      ? (handlers as Readonly<Record<string, AnyHandler>>)[operation.id]
      : undefined
    if (handler === undefined) {
      throw new ServerError(
        'config_invalid',
        `operation ${operation.id} (${operation.method} ${operation.path}) has no handler: add one to http/handlers.ts`,
      )
    }
    app.on(
      operation.method,
      routePattern(operation.path),
      authorize(operation, options.guard),
      (c) => answer(c, operation, handler, options),
    )
  }
}

/** The contract's `{name}` in the router's spelling. */
export function routePattern(path: string): string {
  return path.replaceAll(/\{(\w+)\}/g, ':$1')
}

type AnyHandler = (call: Call<OperationId>) => Promise<{
  readonly status: number
  readonly body: unknown
  readonly headers?: Readonly<Record<string, string>>
}>

async function answer(
  c: Context<Environment>,
  operation: AnyOperation,
  handler: AnyHandler,
  options: RouteOptions,
): Promise<Response> {
  c.set('operation', operation.id)
  const search = new URL(c.req.url).searchParams
  const params = check(operation.params, { ...c.req.param() }, 'path')
  const query = check(operation.query, readQuery(search), 'query')
  const headers = check(operation.headers, Object.fromEntries(c.req.raw.headers), 'headers')
  await using parts =
    operation.body?.type === 'multipart'
      ? await readMultipart(c, operation.body, options.stagingDirectory)
      : null
  const body =
    operation.body?.type === 'json'
      ? check(operation.body.schema, await readJsonBody(c), 'body')
      : undefined
  const call = {
    params,
    query,
    headers,
    body,
    parts: parts ?? undefined,
    caller: c.get('caller') ?? anonymous,
    requestId: c.get('requestId'),
    address: c.get('address') ?? 'unknown',
    headOnly: c.req.method === 'HEAD',
    signal: c.req.raw.signal,
  }
  // Each value was checked by the schema that gives its type.
  const given = await handler(call as Call<OperationId>)
  const declared = operation.answers[given.status]
  if (declared === undefined) throw drift(operation, `status ${given.status} is not declared`)
  if (declared.type === 'bytes') {
    if (!(given.body instanceof ReadableStream)) throw drift(operation, 'the body is no stream')
    return answerBytes(c, given.status, given.body, declared.contentType, given.headers)
  }
  if (options.checkAnswers) checkAnswer(operation, declared.schema, given.body)
  return answerJson(c, given.status, given.body, {
    cacheable: operation.method === 'GET' && operation.auth.includes('public'),
    headers: given.headers,
  })
}

function check(schema: z.ZodType | undefined, value: unknown, where: string): unknown {
  if (schema === undefined) return undefined
  refuseNul(value, where)
  const result = schema.safeParse(value)
  if (!result.success) throw invalidRequest(where, result.error)
  return result.data
}

/** PostgreSQL keeps no U+0000 in text; no field of the contract has a use for it. */
function refuseNul(value: unknown, where: string): void {
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string' && next.includes('\0')) {
      throw new RequestError('invalid_request', `The ${where} holds the character U+0000.`)
    }
    if (typeof next === 'object' && next !== null) open.push(...Object.values(next))
  }
}

function checkAnswer(operation: AnyOperation, schema: z.ZodType, body: unknown): void {
  const result = schema.safeParse(body)
  if (!result.success) {
    const [issue] = result.error.issues
    throw drift(operation, `${issue?.path.join('.')}: ${issue?.message}`)
  }
  if (!isDeepStrictEqual(result.data, body)) throw drift(operation, 'there are undeclared fields')
}

function drift(operation: AnyOperation, what: string): Error {
  return new TypeError(`the answer of ${operation.id} differs from the contract: ${what}`)
}
