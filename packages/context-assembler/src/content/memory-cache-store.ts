import type { CacheStore } from './cache-store.ts'

/** Options of `createMemoryCacheStore`. */
export interface MemoryCacheOptions {
  /** Characters kept in all; the least recently used go first. Default 16 Mi characters, about 32 MiB. */
  readonly maxCharacters?: number | undefined
  /** Milliseconds since any fixed moment. Default `Date.now`. */
  readonly now?: (() => number) | undefined
}

/** A cache in memory, for one process. */
export function createMemoryCacheStore(options: MemoryCacheOptions = {}): CacheStore {
  const { maxCharacters = 16 * 1024 * 1024, now = Date.now } = options
  const entries = new Map<string, { readonly value: string; readonly until: number }>()
  let characters = 0
  const remove = (key: string): void => {
    const entry = entries.get(key)
    if (!entry) return
    characters -= entry.value.length
    entries.delete(key)
  }
  return {
    async get(key) {
      const entry = entries.get(key)
      if (!entry) return undefined
      if (entry.until <= now()) {
        remove(key)
        return undefined
      }
      entries.delete(key)
      entries.set(key, entry)
      return entry.value
    },
    async set(key, value, { ttlMs }) {
      remove(key)
      if (value.length > maxCharacters || ttlMs <= 0) return
      entries.set(key, { value, until: now() + ttlMs })
      characters += value.length
      for (const oldest of entries.keys()) {
        if (characters <= maxCharacters) break
        remove(oldest)
      }
    },
    async delete(key) {
      remove(key)
    },
    async deleteByPrefix(prefix) {
      for (const key of entries.keys()) if (key.startsWith(prefix)) remove(key)
    },
  }
}
