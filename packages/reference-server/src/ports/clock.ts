/** The time, so that tests need not wait for it. */
export interface Clock {
  /** The present moment. */
  now(): Date
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => new Date() }
