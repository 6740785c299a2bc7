import type { ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMothership, type MothershipEvent, type MothershipOptions } from '@mothership/client'
import { answerJson, openLoopbackServer } from './loopback-server.ts'
import { submission, summary } from './samples.ts'

const page = { items: [summary], total: 1, page: 1, page_size: 20 }
const unavailable = (response: ServerResponse) =>
  answerJson(response, { code: 'unavailable', detail: 'Later.' }, 503)

afterEach(() => vi.useRealTimers())

/** A strict client without jitter: waits are as short as they may be. */
function open(url: string, options: MothershipOptions = {}) {
  const events: MothershipEvent[] = []
  const mothership = createMothership({
    env: {},
    url,
    cacheTtlMs: 0,
    random: () => 0,
    ...options,
    strict: true,
  })
  mothership.on('event', (event) => events.push(event))
  return { mothership, events }
}

describe('retries', () => {
  it('try a read again after a broken connection, a broken body and a passing failure', async () => {
    await using server = await openLoopbackServer((_, response) => {
      const attempt = server.requests.length
      if (attempt === 1) response.destroy()
      else if (attempt === 2) unavailable(response)
      else if (attempt === 3) {
        response.writeHead(200, { 'content-length': 1000 })
        response.write('{"items":[', () => response.destroy())
      } else answerJson(response, page)
    })
    const { mothership, events } = open(server.url, { retries: 3 })
    expect(await mothership.skills.list()).toMatchObject({ total: 1 })
    expect(server.requests).toHaveLength(4)
    const failures = events.filter((event) => event.type === 'failure')
    expect(failures.map(({ code }) => code)).toEqual(['unreachable', 'unavailable', 'unreachable'])
  })

  it('wait longer each time, by a random part of it', async () => {
    await using server = await openLoopbackServer((_, response) => unavailable(response))
    const { mothership, events } = open(server.url, { retries: 3, random: () => 0.1 })
    await expect(mothership.skills.list()).rejects.toMatchObject({ code: 'unavailable' })
    const failures = events.filter((event) => event.type === 'failure')
    expect(failures.map(({ retry_in_ms }) => retry_in_ms)).toEqual([25, 50, 100, undefined])
  })

  it.each(['submissions', 'rejection'])('never repeat what may have happened: %s', async (what) => {
    await using server = await openLoopbackServer((_, response) => unavailable(response))
    const { mothership } = open(server.url)
    const call =
      what === 'submissions'
        ? mothership.submissions.create({ manifest: {}, package: new Uint8Array(1) })
        : mothership.moderation.reject('sub-1', 'No licence.')
    await expect(call).rejects.toMatchObject({ code: 'unavailable' })
    expect(server.requests).toHaveLength(1)
  })

  it('repeat a usage report, which counts once', async () => {
    await using server = await openLoopbackServer((_, response) => {
      if (server.requests.length === 1) response.destroy()
      else answerJson(response, { accepted: 1 })
    })
    const { mothership } = open(server.url)
    const report = { instance_id: 'i', window_id: 'w', events: [] }
    expect(await mothership.usage.report(report)).toMatchObject({ accepted: 1 })
    const keys = server.requests.map(({ headers }) => headers['idempotency-key'])
    expect(keys).toHaveLength(2)
    expect(keys[0]).toBe(keys[1])
  })

  it('never repeat what the request is to blame for', async () => {
    await using server = await openLoopbackServer((_, response) =>
      answerJson(response, { code: 'forbidden', detail: 'No.' }, 403),
    )
    const { mothership } = open(server.url)
    await expect(mothership.skills.list()).rejects.toMatchObject({ code: 'forbidden' })
    expect(server.requests).toHaveLength(1)
  })

  it.each([
    ['seconds', '7', 7000],
    ['a date', 'Thu, 01 Jan 1970 00:00:09 GMT', 9000],
  ])('honour a Retry-After of %s', async (_, text, waitMs) => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await using server = await openLoopbackServer((_, response) => {
      if (server.requests.length > 1) return answerJson(response, page)
      response.setHeader('retry-after', text)
      return answerJson(response, { code: 'rate_limited', detail: 'Slow.' }, 429)
    })
    const { mothership, events } = open(server.url, { now: () => 0 })
    const answer = mothership.skills.list()
    const told = () => events.find((event) => event.type === 'failure')
    while (told() === undefined) await new Promise((resolve) => setImmediate(resolve))
    expect(told()).toMatchObject({ retry_in_ms: waitMs, status: 429 })
    await vi.advanceTimersByTimeAsync(waitMs - 1)
    expect(server.requests).toHaveLength(1)
    await vi.advanceTimersByTimeAsync(1)
    expect(await answer).toMatchObject({ total: 1 })
  })

  it('do not wait beyond the deadline: the failure comes at once', async () => {
    await using server = await openLoopbackServer((_, response) => {
      response.setHeader('retry-after', '3600')
      answerJson(response, { code: 'rate_limited', detail: 'Slow.' }, 429)
    })
    const { mothership } = open(server.url)
    await expect(mothership.skills.list()).rejects.toMatchObject({
      code: 'rate_limited',
      retryAfterMs: 3_600_000,
    })
  })

  it('end with the deadline of the whole call', async () => {
    await using server = await openLoopbackServer((_, response) => unavailable(response))
    const { mothership } = open(server.url, {
      timeoutMs: 80,
      retries: 1000,
      breakerFailures: 0,
      random: () => 0.01,
    })
    await expect(mothership.skills.list()).rejects.toMatchObject({
      code: expect.stringMatching(/timeout|unavailable/),
    })
    expect(server.requests.length).toBeLessThan(30)
  })
})

describe('the circuit breaker of a client', () => {
  it('stops sending, probes once and goes on, all of it told', async () => {
    let time = 0
    let up = false
    await using server = await openLoopbackServer((_, response) =>
      up ? answerJson(response, page) : unavailable(response),
    )
    const { mothership, events } = open(server.url, { retries: 0, now: () => time })
    for (let turn = 0; turn < 5; turn += 1) await mothership.skills.list().catch(() => undefined)
    await expect(mothership.skills.list()).rejects.toMatchObject({
      code: 'circuit_open',
      retryAfterMs: 30_000,
    })
    expect(server.requests).toHaveLength(5)
    time = 30_000
    up = true
    expect(await mothership.skills.list()).toMatchObject({ total: 1 })
    const states = events.flatMap((event) => (event.type === 'breaker' ? [event.state] : []))
    expect(states).toEqual(['open', 'half_open', 'closed'])
  })
})

describe('events', () => {
  it('survive a listener that throws, and stop when told to', async () => {
    await using server = await openLoopbackServer((_, response) => answerJson(response, page))
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined)
    const { mothership, events } = open(server.url)
    mothership.on('event', () => {
      throw new Error('listener')
    })
    const heard: string[] = []
    const stop = mothership.on('event', ({ type }) => heard.push(type))
    await mothership.skills.list()
    stop()
    await mothership.skills.list()
    expect(heard).toEqual(['request', 'answer', 'cache'])
    expect(events).toHaveLength(6)
    expect(warn).toHaveBeenCalledTimes(6)
    warn.mockRestore()
  })
})

describe('an access token', () => {
  const fresh = 'user-token-renewed-0123'
  const stale = 'user-token-expired-0123'

  async function openGuarded(options: MothershipOptions) {
    const server = await openLoopbackServer((request, response) => {
      const known = request.headers.authorization === `Bearer ${fresh}`
      request.resume()
      if (!known) answerJson(response, { code: 'invalid_credential', detail: 'Expired.' }, 401)
      else answerJson(response, request.method === 'POST' ? submission : page, 200)
    })
    return { server, ...open(server.url, { accessToken: stale, ...options }) }
  }

  it('[TC9] is renewed once for all calls that wait, and the calls are sent again', async () => {
    let asked = 0
    const { server, mothership } = await openGuarded({
      refreshAccessToken: async () => {
        asked += 1
        // All of them are refused before there is a new token.
        while (server.requests.length < 3) await new Promise((resolve) => setImmediate(resolve))
        for (let turn = 0; turn < 100; turn += 1) {
          await new Promise((resolve) => setImmediate(resolve))
        }
        return fresh
      },
    })
    await using _ = server
    await Promise.all([
      mothership.skills.list(),
      mothership.plugins.list(),
      mothership.moderation.reject('sub-1', 'No licence.'),
    ])
    expect(asked).toBe(1)
    expect(server.requests).toHaveLength(6)
    await mothership.agents.list()
    expect(server.requests).toHaveLength(7)
  })

  it('[TC9] is renewed only once for a call: a token that is refused again is a typed error', async () => {
    let asked = 0
    const { server, mothership } = await openGuarded({
      refreshAccessToken: async () => `of-another-audience-${(asked += 1)}`,
    })
    await using _ = server
    await expect(mothership.skills.list()).rejects.toMatchObject({
      code: 'invalid_credential',
      status: 401,
    })
    expect(asked).toBe(1)
    expect(server.requests).toHaveLength(2)
  })

  it('that cannot be renewed is a typed error, without the secret in it', async () => {
    const { server, mothership } = await openGuarded({
      refreshAccessToken: () => Promise.reject(new Error(`no session for ${stale}`)),
    })
    await using _ = server
    const error: unknown = await mothership.skills.list().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ code: 'invalid_credential' })
    expect(String((error as Error).cause)).toContain('[redacted]')
  })

  it('without a way to renew it is the mothership’s own answer', async () => {
    const { server, mothership } = await openGuarded({})
    await using _ = server
    await expect(mothership.skills.list()).rejects.toMatchObject({ code: 'invalid_credential' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('mirrors', () => {
  const health = (mothership_id: string) => ({
    status: 'ok',
    mothership_id,
    version: '1.0.0',
    time: '2026-01-31T12:00:00Z',
    checks: { database: 'ok' },
  })
  const openDeadServer = () =>
    openLoopbackServer((_, response) => {
      response.destroy()
    })
  const openMirror = (id: string) =>
    openLoopbackServer((request, response) =>
      answerJson(response, request.url?.endsWith('/health') ? health(id) : page),
    )

  it('answer for a mothership that is down, without its credentials', async () => {
    await using server = await openDeadServer()
    await using mirror = await openMirror('m-1')
    const { mothership } = open(server.url, {
      id: 'm-1',
      retries: 0,
      token: 'mst_0123456789abcdef0123',
      mirrors: [{ url: mirror.url }],
    })
    expect(await mothership.skills.list()).toMatchObject({ total: 1 })
    expect(mirror.requests).toHaveLength(2)
    expect(mirror.requests.every(({ headers }) => headers['x-api-token'] === undefined)).toBe(true)
    await expect(mothership.moderation.queue()).rejects.toMatchObject({ code: 'unreachable' })
    expect(mirror.requests).toHaveLength(2)
  })

  it('[TC11] that tell another id are never used', async () => {
    await using server = await openDeadServer()
    await using mirror = await openMirror('m-2')
    const { mothership, events } = open(server.url, {
      id: 'm-1',
      retries: 0,
      mirrors: [{ url: mirror.url }],
    })
    await expect(mothership.skills.list()).rejects.toMatchObject({ code: 'unreachable' })
    expect(mirror.requests.map(({ url }) => url)).toEqual(['/api/v1/marketplace/health'])
    expect(events).toContainEqual({ type: 'mirror', base: mirror.url, accepted: false })
  })

  it('are not asked when the mothership answers, even that there is no such item', async () => {
    await using server = await openLoopbackServer((_, response) =>
      answerJson(response, { code: 'not_found', detail: 'None.' }, 404),
    )
    await using mirror = await openMirror('m-1')
    const { mothership } = open(server.url, { id: 'm-1', mirrors: [{ url: mirror.url }] })
    await expect(mothership.skills.get('a.b')).rejects.toMatchObject({ code: 'not_found' })
    expect(mirror.requests).toHaveLength(0)
  })

  it('need an id to be known by', () => {
    const given = { env: {}, url: 'https://m.example', mirrors: [{ url: 'https://n.example' }] }
    expect(createMothership(given).validate()).toMatchObject({ status: 'error' })
    expect(createMothership({ ...given, id: 'm-1' }).validate()).toMatchObject({
      status: 'warning',
    })
  })
})
