import type { RateLimiter } from '../ports/rate-limiter.ts'
import type { ConformanceCase } from './blob-store-conformance.ts'

/** A limiter under test, and a way to let time pass for it. */
export interface RateLimiterUnderTest {
  readonly limiter: RateLimiter
  readonly passSeconds: (seconds: number) => Promise<void>
}

const limit = { points: 5, windowSeconds: 60 }

/** What every RateLimiter must do: `it.each(rateLimiterConformance)('$name', async ({ run }) => run(make()))`. */
export const rateLimiterConformance: readonly ConformanceCase<RateLimiterUnderTest>[] = [
  {
    name: 'allows as many as there are points, and says when to come back',
    run: async ({ limiter }) => {
      for (let n = 0; n < limit.points; n += 1) {
        equal(await limiter.take('a', limit), { allowed: true, retryAfterSeconds: 0 })
      }
      const { allowed, retryAfterSeconds } = await limiter.take('a', limit)
      equal(allowed, false)
      equal(retryAfterSeconds >= 1 && retryAfterSeconds <= limit.windowSeconds, true)
    },
  },
  {
    name: 'counts concurrent tries one by one',
    run: async ({ limiter }) => {
      const tries = Array.from({ length: 50 }, () => limiter.take('crowd', limit))
      const allowed = (await Promise.all(tries)).filter((verdict) => verdict.allowed)
      equal(allowed.length, limit.points)
    },
  },
  {
    name: 'counts each key, and each limit, for itself',
    run: async ({ limiter }) => {
      for (let n = 0; n < 9; n += 1) await limiter.take('one', limit)
      equal((await limiter.take('other', limit)).allowed, true)
      equal((await limiter.take('one', { points: 7, windowSeconds: 60 })).allowed, true)
    },
  },
  {
    name: 'looks without counting',
    run: async ({ limiter }) => {
      for (let n = 0; n < 20; n += 1) equal((await limiter.look('seen', limit)).allowed, true)
      for (let n = 0; n < limit.points; n += 1) await limiter.take('seen', limit)
      equal((await limiter.look('seen', limit)).allowed, false)
    },
  },
  {
    name: 'begins anew when the window is over, however many were refused in it',
    run: async ({ limiter, passSeconds }) => {
      for (let n = 0; n < 50; n += 1) await limiter.take('patient', limit)
      await passSeconds(limit.windowSeconds - 1)
      equal((await limiter.take('patient', limit)).allowed, false)
      await passSeconds(2)
      equal((await limiter.take('patient', limit)).allowed, true)
    },
  },
]

function equal(actual: unknown, expected: unknown): void {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (came !== wanted) throw new Error(`expected ${wanted}, got ${came}`)
}
