/** So many in so long; the window begins with the first. */
export interface RateLimit {
  readonly points: number
  readonly windowSeconds: number
}

/** What became of a try. */
export interface RateVerdict {
  readonly allowed: boolean
  /** Whole seconds until the window is over; 0 when allowed. */
  readonly retryAfterSeconds: number
}

/** Counts tries under a key. Concurrent tries are counted one by one: never more than `points` are allowed. */
export interface RateLimiter {
  /** Counts one try; a refused one does not lengthen the window. */
  take(key: string, limit: RateLimit): Promise<RateVerdict>
  /** What `take` would answer, without counting. */
  look(key: string, limit: RateLimit): Promise<RateVerdict>
}
