import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible'
import type { RateLimit, RateLimiter, RateVerdict } from '../ports/rate-limiter.ts'

/** Counts in this process: with several of them, each allows as much as one. */
export function createMemoryRateLimiter(): RateLimiter {
  const counters = new Map<string, RateLimiterMemory>()
  const counterOf = ({ points, windowSeconds }: RateLimit): RateLimiterMemory => {
    const name = `${points}/${windowSeconds}`
    let counter = counters.get(name)
    if (counter === undefined) {
      counter = new RateLimiterMemory({ keyPrefix: name, points, duration: windowSeconds })
      counters.set(name, counter)
    }
    return counter
  }
  return {
    take: async (key, limit) => {
      try {
        await counterOf(limit).consume(key)
        return allowed
      } catch (refusal) {
        if (!(refusal instanceof RateLimiterRes)) throw refusal
        return refused(refusal.msBeforeNext)
      }
    },
    look: async (key, limit) => {
      const state = await counterOf(limit).get(key)
      if (state === null || state.consumedPoints < limit.points) return allowed
      return refused(state.msBeforeNext)
    },
  }
}

const allowed: RateVerdict = { allowed: true, retryAfterSeconds: 0 }

function refused(ms: number): RateVerdict {
  return { allowed: false, retryAfterSeconds: Math.max(1, Math.ceil(ms / 1000)) }
}
