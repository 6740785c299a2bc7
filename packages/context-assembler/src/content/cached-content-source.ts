import type { CacheStore } from './cache-store.ts'
import type { ContentKey, ContentManifest, ContentSource } from './content-source.ts'

/** Options of `cachedContentSource`. */
export interface ContentCacheOptions {
  readonly store: CacheStore
  /** How long what was found is kept. Default one hour. */
  readonly ttlMs?: number | undefined
  /** How long it is remembered that something is not there. Default one minute. */
  readonly missTtlMs?: number | undefined
  /** Called for each fault of the store; the source answers instead. */
  readonly onFault?:
    | ((fault: { readonly key: string; readonly error: unknown }) => void)
    | undefined
}

/** A content source with a memory. */
export interface CachedContentSource extends ContentSource {
  /** Forgets everything about one version. What is under way is answered, but no longer kept. */
  invalidate(item: ContentKey): Promise<void>
}

/**
 * Puts a cache before a content source. Equal requests under way share one fetch; what is not there is remembered for a
 * while; faults of the source are not. Where the store fails the source is asked directly.
 * Keys: `plugin_manifest:SLUG:VERSION`, `plugin_content:SLUG:VERSION` for the root SKILL.md,
 * `plugin_files:SLUG:VERSION:PATH` for other files; other kinds likewise.
 */
export function cachedContentSource(
  source: ContentSource,
  options: ContentCacheOptions,
): CachedContentSource {
  const { store, ttlMs = 3_600_000, missTtlMs = 60_000 } = options
  const underWay = new Map<string, Promise<unknown>>()
  let epoch = 0
  const fault = (key: string, error: unknown): void => options.onFault?.({ key, error })

  const fetchAndKeep = async <T>(
    key: string,
    fetch: () => Promise<T | undefined>,
  ): Promise<T | undefined> => {
    const startedIn = epoch
    const held = await store.get(key).catch((error: unknown) => {
      fault(key, error)
      return undefined
    })
    if (held !== undefined) {
      const entry = parseEntry<T>(held)
      if (entry) return entry.value
      fault(key, new Error(`expected a cache entry, came ${held.length} other characters`))
    }
    const value = await fetch()
    if (startedIn === epoch) {
      const ttl = value === undefined ? missTtlMs : ttlMs
      await store
        .set(key, JSON.stringify(value === undefined ? { missing: true } : { value }), {
          ttlMs: ttl,
        })
        .catch((error: unknown) => fault(key, error))
    }
    return value
  }

  const shared = <T>(
    key: string,
    fetch: () => Promise<T | undefined>,
    signal: AbortSignal | undefined,
  ): Promise<T | undefined> => {
    let flight = underWay.get(key) as Promise<T | undefined> | undefined
    if (!flight) {
      flight = fetchAndKeep(key, fetch).finally(() => {
        if (underWay.get(key) === flight) underWay.delete(key)
      })
      underWay.set(key, flight)
    }
    return signal ? abortable(flight, signal) : flight
  }

  return {
    getManifest: (item, { signal } = {}) =>
      shared<ContentManifest>(keyOf('manifest', item), () => source.getManifest(item), signal),
    getFile: (item, path, { signal } = {}) =>
      shared<string>(
        path === 'SKILL.md' ? keyOf('content', item) : `${keyOf('files', item)}:${path}`,
        () => source.getFile(item, path),
        signal,
      ),
    async invalidate(item) {
      epoch += 1
      const prefix = `${keyOf('files', item)}:`
      const keys = [keyOf('manifest', item), keyOf('content', item)]
      for (const key of underWay.keys()) {
        if (keys.includes(key) || key.startsWith(prefix)) underWay.delete(key)
      }
      await Promise.all([...keys.map((key) => store.delete(key)), store.deleteByPrefix(prefix)])
    },
  }
}

function keyOf(what: 'manifest' | 'content' | 'files', item: ContentKey): string {
  return `${item.kind}_${what}:${item.slug}:${item.version}`
}

function parseEntry<T>(text: string): { readonly value: T | undefined } | undefined {
  try {
    const entry: unknown = JSON.parse(text)
    if (typeof entry !== 'object' || entry === null) return undefined
    if ('value' in entry) return { value: entry.value as T }
    return 'missing' in entry ? { value: undefined } : undefined
  } catch {
    return undefined // Another program's entry: the caller reports it and asks the source.
  }
}

/** One caller's abort ends its own wait, not the fetch that others share. */
function abortable<T>(flight: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason as Error)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    flight.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
