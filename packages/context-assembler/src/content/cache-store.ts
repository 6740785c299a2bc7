/**
 * Where cached texts are kept. Any call may reject; the cache then goes to the source. Values are whatever was set,
 * unchanged; a value is gone once its time has passed.
 */
export interface CacheStore {
  get(key: string): Promise<string | undefined>
  set(key: string, value: string, options: { readonly ttlMs: number }): Promise<void>
  delete(key: string): Promise<void>
  /** Deletes every key that begins so. */
  deleteByPrefix(prefix: string): Promise<void>
}
