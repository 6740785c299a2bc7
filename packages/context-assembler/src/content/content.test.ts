import { describe, expect, it } from 'vitest'
import { cacheStoreCases, contentSourceCases } from '../testing/index.ts'
import { cachedContentSource } from './cached-content-source.ts'
import type { CacheStore } from './cache-store.ts'
import type { ContentKey, ContentSource } from './content-source.ts'
import { createMemoryCacheStore } from './memory-cache-store.ts'
import { resolveReference } from './resolve-reference.ts'

const item: ContentKey = { kind: 'plugin', slug: 'doer', version: '1.0.0' }
const files = { 'SKILL.md': 'root', 'references/a.md': 'A' }

function countingSource(): { source: ContentSource; calls: string[]; fail: boolean } {
  const state = {
    calls: [] as string[],
    fail: false,
    source: {
      async getManifest({ slug }: ContentKey) {
        state.calls.push('manifest')
        if (state.fail) throw new Error('source down')
        if (slug !== 'doer') return undefined
        return { files: Object.entries(files).map(([path, text]) => ({ path, size: text.length })) }
      },
      async getFile({ slug }: ContentKey, path: string) {
        state.calls.push(path)
        if (state.fail) throw new Error('source down')
        return slug === 'doer' && Object.hasOwn(files, path) ? files[path as 'SKILL.md'] : undefined
      },
    },
  }
  return state
}

describe('createMemoryCacheStore', () => {
  for (const { name, run } of cacheStoreCases) {
    it(name, () => {
      let time = 0
      return run(() => ({
        store: createMemoryCacheStore({ now: () => time }),
        pass: async (ms) => {
          time += ms
        },
      }))
    })
  }

  it('holds its limit by dropping what was not used for longest', async () => {
    const store = createMemoryCacheStore({ maxCharacters: 10 })
    await store.set('a', '12345', { ttlMs: 1e6 })
    await store.set('b', '12345', { ttlMs: 1e6 })
    await store.get('a')
    await store.set('c', '123', { ttlMs: 1e6 })
    expect([await store.get('a'), await store.get('b'), await store.get('c')]).toEqual([
      '12345',
      undefined,
      '123',
    ])
  })
})

describe('cachedContentSource', () => {
  for (const { name, run } of contentSourceCases) {
    it(name, () =>
      run(() => ({
        source: cachedContentSource(countingSource().source, { store: createMemoryCacheStore() }),
        item,
        files,
      })),
    )
  }

  it('[M12] asks the source once, and again after the time has passed', async () => {
    let time = 0
    const { source, calls } = countingSource()
    const cached = cachedContentSource(source, {
      store: createMemoryCacheStore({ now: () => time }),
      ttlMs: 1000,
    })
    await cached.getFile(item, 'SKILL.md')
    expect(await cached.getFile(item, 'SKILL.md')).toBe('root')
    expect(calls).toEqual(['SKILL.md'])
    time = 1001
    await cached.getFile(item, 'SKILL.md')
    expect(calls).toHaveLength(2)
  })

  it('[M12] keeps its keys as plugin_content:, plugin_manifest: and plugin_files:', async () => {
    const keys: string[] = []
    const memory = createMemoryCacheStore()
    const store: CacheStore = {
      ...memory,
      set: async (key, ...rest) => (keys.push(key), memory.set(key, ...rest)),
    }
    const cached = cachedContentSource(countingSource().source, { store })
    await cached.getManifest(item)
    await cached.getFile(item, 'SKILL.md')
    await cached.getFile(item, 'references/a.md')
    expect(keys).toEqual([
      'plugin_manifest:doer:1.0.0',
      'plugin_content:doer:1.0.0',
      'plugin_files:doer:1.0.0:references/a.md',
    ])
  })

  it('shares one fetch among equal requests, and one caller may leave', async () => {
    const { source, calls } = countingSource()
    const cached = cachedContentSource(source, { store: createMemoryCacheStore() })
    const leaving = new AbortController()
    const left = cached.getFile(item, 'SKILL.md', { signal: leaving.signal })
    const stays = cached.getFile(item, 'SKILL.md')
    leaving.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    expect(await stays).toBe('root')
    expect(calls).toEqual(['SKILL.md'])
  })

  it('remembers for a while that something is not there', async () => {
    const { source, calls } = countingSource()
    const cached = cachedContentSource(source, { store: createMemoryCacheStore() })
    expect(await cached.getFile(item, 'none.md')).toBeUndefined()
    expect(await cached.getFile(item, 'none.md')).toBeUndefined()
    expect(calls).toEqual(['none.md'])
  })

  it('[M12] forgets all of a version when told to, what is under way included', async () => {
    const { source, calls } = countingSource()
    const cached = cachedContentSource(source, { store: createMemoryCacheStore() })
    await cached.getFile(item, 'references/a.md')
    const underWay = cached.getFile(item, 'SKILL.md')
    await cached.invalidate(item)
    await underWay
    await Promise.all([cached.getFile(item, 'SKILL.md'), cached.getFile(item, 'references/a.md')])
    expect(calls.filter((call) => call === 'SKILL.md')).toHaveLength(2)
    expect(calls.filter((call) => call === 'references/a.md')).toHaveLength(2)
  })

  it('[M12] falls through to the source when the store fails, and says so', async () => {
    const { source } = countingSource()
    const faults: string[] = []
    const broken: CacheStore = {
      get: () => Promise.reject(new Error('redis down')),
      set: () => Promise.reject(new Error('redis down')),
      delete: () => Promise.reject(new Error('redis down')),
      deleteByPrefix: () => Promise.reject(new Error('redis down')),
    }
    const cached = cachedContentSource(source, {
      store: broken,
      onFault: ({ key }) => faults.push(key),
    })
    expect(await cached.getFile(item, 'SKILL.md')).toBe('root')
    expect(faults).toEqual(['plugin_content:doer:1.0.0', 'plugin_content:doer:1.0.0'])
  })

  it('[M12] passes a fault of the source on and does not remember it', async () => {
    const state = countingSource()
    const cached = cachedContentSource(state.source, { store: createMemoryCacheStore() })
    state.fail = true
    await expect(cached.getFile(item, 'SKILL.md')).rejects.toThrow('source down')
    state.fail = false
    expect(await cached.getFile(item, 'SKILL.md')).toBe('root')
  })
})

describe('resolveReference', () => {
  const plugin = {
    kind: 'plugin',
    slug: 'doer',
    name: 'Doer',
    version: '1.0.0',
    files: [{ path: 'references/a.md', size: 1 }],
  }

  it('gives a listed file, fenced and within its budget', async () => {
    const { source } = countingSource()
    const found = await resolveReference(plugin, './references/a.md', { source })
    expect(found.text).toBe(
      '<mothership-file item="doer" path="references/a.md">\nA\n</mothership-file>',
    )
    const long = {
      ...plugin,
      content: [{ path: 'long.md', text: 'Many words stand here. '.repeat(500) }],
    }
    const cut = await resolveReference(long, 'long.md', { maxTokens: 100 })
    expect(cut.cut).toBe(true)
    expect(cut.tokens).toBeLessThanOrEqual(100)
  })

  it('refuses what is not listed', async () => {
    const { source } = countingSource()
    for (const path of ['../secret', '/etc/passwd', 'references/b.md', 'references/../SKILL.md']) {
      await expect(resolveReference(plugin, path, { source })).rejects.toMatchObject({
        code: 'reference_not_found',
      })
    }
  })
})
