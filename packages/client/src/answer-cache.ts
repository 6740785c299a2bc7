import { sha256 } from '@mothership/manifest'
import type { CachedAnswer } from './cache-store.ts'
import type { MothershipConfig } from './config.ts'
import type { AnyOperation, OperationId } from './contract/index.ts'
import { unlessAborted } from './credentials.ts'
import { type Deadline, openDeadline } from './deadline.ts'
import { isOutage, MothershipError } from './errors.ts'
import type { Emit } from './events.ts'
import { createMemoryCache } from './memory-cache.ts'
import { parseKept } from './read-answer.ts'

/** An answer, and where it comes from. */
export interface Answer {
  readonly body: unknown
  readonly provenance: Provenance
}

/** Where an answer comes from. */
export interface Provenance {
  /** `mothership`: given or confirmed by it just now. `cache`: kept from an earlier call. */
  readonly source: 'mothership' | 'cache'
  /** Of a kept answer: when the mothership last gave or confirmed it. */
  readonly confirmed_at?: string
  /** Of a kept answer that is older than the cache's time: why the mothership could not be asked. */
  readonly stale?: { readonly code: string; readonly message: string }
}

/** What the network answered to a question about a kept answer. */
export type Fetched = 'not_modified' | { readonly body: unknown; readonly etag: string | undefined }

/** How one answer is fetched. */
export interface CachedRequest {
  readonly operation: AnyOperation
  /** Path and query. */
  readonly path: string
  /** Whether a kept answer does: without asking while it is young, and when the mothership fails. */
  readonly reuse: boolean
  readonly timeoutMs: number
  readonly signal: AbortSignal | undefined
  readonly fetch: (etag: string | undefined, deadline: Deadline) => Promise<Fetched>
}

/** Answers from the cache where the operation's cache rule allows it. */
export type AnswerCache = (request: CachedRequest) => Promise<Answer>

interface Flight {
  readonly kept: Promise<{
    readonly answer: CachedAnswer
    readonly body: unknown
    readonly confirmed: boolean
  }>
  readonly controller: AbortController
  waiting: number
}

/**
 * Makes the cache of a client. Answers are kept in memory and, when there is one, in the store; asked about with their
 * ETag once their time is over; requested once however many calls wait; and used beyond their time when the
 * mothership fails, unless the client is strict. Every caller gets a copy of their own.
 */
export function createAnswerCache(config: MothershipConfig, emit: Emit): AnswerCache {
  const memory = createMemoryCache(config.cacheBytes)
  const flights = new Map<string, Flight>()
  const store = config.cache
  // Answers may differ by who asks, and a store outlives the client: neither is shared between credentials.
  const owner =
    store && sha256(new TextEncoder().encode(JSON.stringify([config.base, config.credentials])))

  const lookUp = async (path: string, operation: AnyOperation) => {
    const known = memory.get(path)
    if (known !== undefined || store === undefined) return known
    const found = await store.read(`${owner} ${path}`)
    if (found === undefined || parseKept(operation, found.text) === undefined) return undefined
    memory.set(path, found)
    return found
  }

  const keep = async (path: string, answer: CachedAnswer) => {
    memory.set(path, answer)
    await store?.write(`${owner} ${path}`, answer)
  }

  const isFresh = (answer: CachedAnswer) => {
    const age = config.now() - answer.confirmedAt
    return age >= 0 && age < config.cacheTtlMs // a clock that went back makes nothing fresh for ever
  }

  const fly = async (request: CachedRequest, deadline: Deadline) => {
    const { operation, path } = request
    const known = await lookUp(path, operation)
    if (known !== undefined && request.reuse && isFresh(known)) {
      return { answer: known, body: JSON.parse(known.text) as unknown, confirmed: false }
    }
    const fetched = await request.fetch(known?.etag, deadline)
    if (fetched === 'not_modified') {
      if (known === undefined) throw new TypeError('A 304 came to an unconditional request')
      const answer = { ...known, confirmedAt: config.now() }
      await keep(path, answer)
      emit({ type: 'cache', operation: idOf(operation), result: 'confirmed' })
      return { answer, body: JSON.parse(known.text) as unknown, confirmed: true }
    }
    const { body, etag } = fetched
    const answer = { text: JSON.stringify(body), etag, confirmedAt: config.now() }
    await keep(path, answer)
    emit({ type: 'cache', operation: idOf(operation), result: 'stored' })
    return { answer, body, confirmed: true }
  }

  /** Joins the request that is on its way, or begins it; the last one to leave cancels it. */
  const join = async (request: CachedRequest) => {
    const name = `${request.reuse} ${request.timeoutMs} ${request.path}`
    let flight = flights.get(name)
    const first = flight === undefined
    if (flight === undefined) {
      const controller = new AbortController()
      const deadline = openDeadline(request.timeoutMs, controller.signal)
      const kept = fly(request, deadline).finally(() => {
        deadline.close()
        flights.delete(name)
      })
      kept.catch(() => undefined) // whoever waits gets it; nobody may be left
      flight = { kept, controller, waiting: 0 }
      flights.set(name, flight)
    }
    flight.waiting += 1
    try {
      const { answer, body, confirmed } = await unlessAborted(flight.kept, request.signal)
      return { answer, body: first ? body : (JSON.parse(answer.text) as unknown), confirmed }
    } finally {
      flight.waiting -= 1
      if (flight.waiting === 0) {
        flights.delete(name)
        flight.controller.abort() // of no effect once it is answered
      }
    }
  }

  return async (request) => {
    const { operation, path } = request
    request.signal?.throwIfAborted()
    const known = memory.get(path)
    if (known !== undefined && request.reuse && isFresh(known)) {
      emit({ type: 'cache', operation: idOf(operation), result: 'hit' })
      return { body: JSON.parse(known.text), provenance: kept(known) }
    }
    try {
      const { answer, body, confirmed } = await join(request)
      if (confirmed) return { body, provenance: { source: 'mothership' } }
      emit({ type: 'cache', operation: idOf(operation), result: 'hit' })
      return { body, provenance: kept(answer) }
    } catch (error) {
      if (config.strict || !request.reuse || !mayBeStale(error)) throw error
      const last = known ?? (await lookUp(path, operation))
      if (last === undefined) throw error
      emit({ type: 'cache', operation: idOf(operation), result: 'stale' })
      const { code, message } = error
      return {
        body: JSON.parse(last.text),
        provenance: { ...kept(last), stale: { code, message } },
      }
    }
  }
}

/** A mothership that fails, or that has no time for us, leaves what it said before standing. */
function mayBeStale(error: unknown): error is MothershipError {
  return error instanceof MothershipError && (isOutage(error) || error.status === 429)
}

function kept(answer: CachedAnswer): Provenance {
  return { source: 'cache', confirmed_at: new Date(answer.confirmedAt).toISOString() }
}

function idOf(operation: AnyOperation): OperationId {
  return operation.id as OperationId // requests are made of operations of the registry
}
