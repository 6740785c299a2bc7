import type { CachedAnswer } from './cache-store.ts'

/** Answers in memory, the least recently used dropped first. */
export interface MemoryCache {
  get(key: string): CachedAnswer | undefined
  set(key: string, answer: CachedAnswer): void
}

/** What an entry costs beside its texts: keys of the map, the object, numbers. */
const entryBytes = 128

/** Makes a cache of at most `maxBytes`, two bytes counted a character. */
export function createMemoryCache(maxBytes: number): MemoryCache {
  const entries = new Map<string, CachedAnswer>() // in order of use
  let bytes = 0
  const drop = (key: string) => {
    const answer = entries.get(key)
    if (answer === undefined) return
    entries.delete(key)
    bytes -= sizeOf(key, answer)
  }
  return {
    get: (key) => {
      const answer = entries.get(key)
      if (answer === undefined) return undefined
      entries.delete(key)
      entries.set(key, answer)
      return answer
    },
    set: (key, answer) => {
      drop(key)
      const size = sizeOf(key, answer)
      if (size > maxBytes) return
      entries.set(key, answer)
      bytes += size
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break
        drop(oldest)
      }
    },
  }
}

function sizeOf(key: string, answer: CachedAnswer): number {
  return entryBytes + 2 * (key.length + answer.text.length + (answer.etag?.length ?? 0))
}
