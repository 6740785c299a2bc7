import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest'
import type { ProblemDocument } from '@mothership/client/contract'
import { createMemoryRateLimiter } from '../src/adapters/memory-rate-limiter.ts'
import { addressGroup } from '../src/http/client-address.ts'
import { rateLimiterConformance } from '../src/testing/rate-limiter-conformance.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe('the rate limiter in memory', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it.each(rateLimiterConformance)('[TS3] $name', async ({ run }) => {
    await run({
      limiter: createMemoryRateLimiter(),
      passSeconds: async (seconds) => {
        await vi.advanceTimersByTimeAsync(seconds * 1000)
      },
    })
  })
})

describe('rate limits', () => {
  const limits = { requestsPerMinute: 6, refusalsPerMinute: 4 }
  const categories = '/api/v1/marketplace/categories'
  let direct: TestApp
  let behindProxy: TestApp

  beforeAll(async () => {
    direct = await createTestApp(undefined, { limits })
    behindProxy = await createTestApp(undefined, { limits, trustedProxies: 1 })
  })
  afterAll(async () => {
    await direct[Symbol.asyncDispose]()
    await behindProxy[Symbol.asyncDispose]()
  })

  async function statuses(
    count: number,
    send: (n: number) => Promise<Response>,
  ): Promise<number[]> {
    const all: number[] = []
    for (let n = 0; n < count; n += 1) all.push((await send(n)).status)
    return all
  }

  it('[TS3] [A13] answers 429 as a problem document with Retry-After, to that address alone', async () => {
    const from = '198.51.100.1'
    const seen = await statuses(7, () => direct.request(categories, { from }))
    expect(seen).toEqual([200, 200, 200, 200, 200, 200, 429])
    const refused = await direct.request(categories, { from })
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(refused.headers.get('content-type')).toBe('application/problem+json')
    expect(((await refused.json()) as ProblemDocument).code).toBe('rate_limited')
    expect((await direct.request(categories, { from: '198.51.100.2' })).status).toBe(200)
    // A credential has its own count.
    expect((await direct.request(categories, { from, key: direct.operatorKey })).status).toBe(200)
  })

  it('[TS3] gives nobody more for an X-Forwarded-For of their own', async () => {
    const spoofed = (app: TestApp, from: string, seenByProxy?: string) =>
      statuses(7, (n) => {
        const own = `203.0.113.${n}`
        const forwarded = seenByProxy === undefined ? own : `${own}, ${seenByProxy}`
        return app.request(categories, { from, headers: { 'X-Forwarded-For': forwarded } })
      })
    expect((await spoofed(direct, '198.51.100.3')).at(-1)).toBe(429)
    expect((await spoofed(behindProxy, '10.0.0.1', '198.51.100.4')).at(-1)).toBe(429)
    // Another customer of the same proxy is another address.
    const other = { 'X-Forwarded-For': '198.51.100.5' }
    const answer = await behindProxy.request(categories, { from: '10.0.0.1', headers: other })
    expect(answer.status).toBe(200)
  })

  it('[TS3] stops looking at credentials from an address that guesses', async () => {
    const from = '198.51.100.6'
    const guesses = await statuses(6, (n) =>
      direct.request(categories, { from, key: `mothership_operator_${n}` }),
    )
    expect(guesses).toEqual([401, 401, 401, 401, 429, 429])
    expect((await direct.request(categories, { from, key: direct.operatorKey })).status).toBe(429)
    const elsewhere = { from: '198.51.100.7', key: direct.operatorKey }
    expect((await direct.request(categories, elsewhere)).status).toBe(200)
  })

  it('[TS3] stops guessing at passwords and at the setup code', async () => {
    const signIn = await statuses(6, () =>
      direct.request('/api/v1/auth/sign-in/email', {
        from: '198.51.100.8',
        json: { email: 'a@example.org', password: 'a guess at it' },
      }),
    )
    expect(signIn).toEqual([401, 401, 401, 401, 429, 429])
    const setUp = await statuses(6, () =>
      direct.request('/api/v1/setup', {
        from: '198.51.100.9',
        json: { code: 'guess', email: 'a@example.org', name: 'A', password: 'a password' },
      }),
    )
    expect(setUp).toEqual([403, 403, 403, 403, 429, 429])
  })

  it.each([
    ['192.0.2.1', '192.0.2.1'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
    ['2001:db8::1', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['unknown', 'unknown'],
  ])(
    '[TS3] counts %s as %s: who has an IPv6 network has all of its addresses',
    (address, group) => {
      expect(addressGroup(address)).toBe(group)
    },
  )

  it('answers the probes, without a limit', async () => {
    const from = '198.51.100.10'
    expect(await statuses(8, () => direct.request('/healthz', { from }))).toEqual(
      Array(8).fill(200),
    )
    expect(await (await direct.request('/readyz')).text()).toBe('ready\n')
    await using broken = await createTestApp(undefined, {
      pingDatabase: () => Promise.reject(new Error('gone')),
    })
    expect((await broken.request('/healthz')).status).toBe(200)
    expect((await broken.request('/readyz')).status).toBe(503)
  })
})
