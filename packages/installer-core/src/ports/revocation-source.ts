import type { JsonValue } from '@mothership/manifest'

/** Where the signed list of what a mothership has withdrawn comes from. */
export interface RevocationSource {
  /** The newest list as received; it is verified by whoever uses it. Rejects when none can be had. */
  fetch(): Promise<JsonValue>
  /**
   * The highest sequence number seen so far, so that an older list is not played back to this host. Kept between
   * restarts by `createSequenceMemory`; without a memory only within this process.
   */
  readonly memory?: SequenceMemory | undefined
}

/** Remembers one number that only grows. */
export interface SequenceMemory {
  read(): Promise<number>
  write(sequence: number): Promise<void>
}
