/** An answer that was checked against the contract, as it is kept. */
export interface CachedAnswer {
  /** JSON. */
  readonly text: string
  readonly etag: string | undefined
  /** When the mothership last gave or confirmed it, in milliseconds since 1970. */
  readonly confirmedAt: number
}

/**
 * Keeps answers beyond a process. Keys are texts of any length that hold no credential. Neither call rejects: what
 * cannot be read is `undefined`, what cannot be written is not kept.
 */
export interface CacheStore {
  read(key: string): Promise<CachedAnswer | undefined>
  write(key: string, answer: CachedAnswer): Promise<void>
}
