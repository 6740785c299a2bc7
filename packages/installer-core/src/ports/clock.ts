/** The time, as an argument: tests pass their own. */
export interface Clock {
  /** Milliseconds since the epoch, UTC. */
  now(): number
}

/** The machine's clock. */
export const systemClock: Clock = { now: () => Date.now() }

/** ISO 8601 in UTC, the only form of time in records and journals. */
export function isoTime(clock: Clock): string {
  return new Date(clock.now()).toISOString()
}
