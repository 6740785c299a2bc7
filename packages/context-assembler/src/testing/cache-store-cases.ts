import type { CacheStore } from '../content/cache-store.ts'
import { expectSame, type ConformanceCase } from './conformance-case.ts'

/** A store and a way to let time pass: real waiting, or a clock that is moved. */
export interface CacheStoreSubject {
  readonly store: CacheStore
  readonly pass: (ms: number) => Promise<void>
}

/** What every `CacheStore` promises. Run each with a fresh, empty store. */
export const cacheStoreCases: readonly ConformanceCase<CacheStoreSubject>[] = [
  {
    name: 'answers undefined for what was never set',
    async run(create) {
      const { store } = await create()
      expectSame(await store.get('plugin_content:none:1'), undefined, 'get')
    },
  },
  {
    name: 'gives back what was set, whatever characters it holds',
    async run(create) {
      const { store } = await create()
      for (const value of ['', 'plain', '{"a":1}', 'ünï © 日本 🎉', '\u0000\n'.repeat(100)]) {
        await store.set('key', value, { ttlMs: 60_000 })
        expectSame(await store.get('key'), value, 'get after set')
      }
    },
  },
  {
    name: 'forgets a value when its time has passed, and keeps others',
    async run(create) {
      const { store, pass } = await create()
      await store.set('short', 'a', { ttlMs: 1000 })
      await store.set('long', 'b', { ttlMs: 60_000 })
      await pass(1500)
      expectSame(await store.get('short'), undefined, 'get after its time')
      expectSame(await store.get('long'), 'b', 'get within its time')
    },
  },
  {
    name: 'deletes one key, and one that is not there without complaint',
    async run(create) {
      const { store } = await create()
      await store.set('a', '1', { ttlMs: 60_000 })
      await store.set('ab', '2', { ttlMs: 60_000 })
      await store.delete('a')
      await store.delete('never')
      expectSame(
        [await store.get('a'), await store.get('ab')],
        [undefined, '2'],
        'get after delete',
      )
    },
  },
  {
    name: 'deletes by prefix, taking pattern signs as themselves',
    async run(create) {
      const { store } = await create()
      for (const key of ['f:a*:1', 'f:a*:2', 'f:ab:1', 'g:a*:1']) {
        await store.set(key, key, { ttlMs: 60_000 })
      }
      await store.deleteByPrefix('f:a*:')
      const left = await Promise.all(
        ['f:a*:1', 'f:a*:2', 'f:ab:1', 'g:a*:1'].map((key) => store.get(key)),
      )
      expectSame(left, [undefined, undefined, 'f:ab:1', 'g:a*:1'], 'get after deleteByPrefix')
    },
  },
]
