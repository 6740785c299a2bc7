import { createHash } from 'node:crypto'
import { RequestError } from '../errors.ts'
import type { RateLimit, RateLimiter } from '../ports/rate-limiter.ts'
import { addressGroup } from './client-address.ts'

/** How much one may ask for. */
export interface RateLimits {
  /** Requests a minute of one credential, or of one address without a credential. 0 takes any number. Default 6,000. */
  readonly requestsPerMinute: number
  /** Wrong credentials, passwords and codes a minute from one address. Default 20. */
  readonly refusalsPerMinute: number
}

/** What stands when nothing is said: 100 a second is more than a busy satellite needs, and too little to copy much by. */
export const defaultRateLimits: RateLimits = { requestsPerMinute: 6_000, refusalsPerMinute: 20 }

/** Counts requests and refusals; each answers with `rate_limited` when there were too many. */
export interface RateGate {
  /** Counts one request of a caller. */
  request(caller: string): Promise<void>
  /** Whether this address may try a secret at all. */
  mayTry(address: string): Promise<void>
  /** Counts a secret that was wrong. */
  refused(address: string): Promise<void>
  /** Counts a try at one account's password, wherever it comes from. */
  tryAccount(email: string): Promise<void>
}

/** Makes the gate. */
export function createRateGate(limiter: RateLimiter, limits: RateLimits): RateGate {
  const requests = perMinute(limits.requestsPerMinute)
  const refusals = perMinute(limits.refusalsPerMinute)
  return {
    request: async (caller) => {
      if (requests.points === 0) return
      const { allowed, retryAfterSeconds } = await limiter.take(`request:${caller}`, requests)
      if (!allowed) throw tooMany('requests', requests, retryAfterSeconds)
    },
    mayTry: async (address) => {
      if (refusals.points === 0) return
      const key = `refusal:${addressGroup(address)}`
      const { allowed, retryAfterSeconds } = await limiter.look(key, refusals)
      if (!allowed) throw tooMany('wrong credentials', refusals, retryAfterSeconds)
    },
    refused: async (address) => {
      if (refusals.points === 0) return
      await limiter.take(`refusal:${addressGroup(address)}`, refusals)
    },
    tryAccount: async (email) => {
      if (refusals.points === 0) return
      const digest = createHash('sha256').update(email.toLowerCase()).digest('base64url')
      const { allowed, retryAfterSeconds } = await limiter.take(`account:${digest}`, accountTries)
      if (!allowed) throw tooMany('tries at this account', accountTries, retryAfterSeconds)
    },
  }
}

/** Many machines that guess at one password: at this pace a weak one of a million lasts a year. */
const accountTries: RateLimit = { points: 100, windowSeconds: 3_600 }

function perMinute(points: number): RateLimit {
  return { points, windowSeconds: 60 }
}

function tooMany(
  what: string,
  { points, windowSeconds }: RateLimit,
  seconds: number,
): RequestError {
  return new RequestError(
    'rate_limited',
    `Too many ${what}: ${points} in ${windowSeconds} seconds are allowed. Try again in ${seconds} seconds.`,
    { headers: { 'retry-after': String(seconds) } },
  )
}
