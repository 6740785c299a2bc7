import { describe, expect, it } from 'vitest'
import { createMemoryCache } from './memory-cache.ts'

const answer = (text: string) => ({ text, etag: undefined, confirmedAt: 0 })

describe('the memory cache', () => {
  it('drops the least recently used beyond its bytes', () => {
    const cache = createMemoryCache(3 * (128 + 2 * (1 + 100)))
    for (const key of ['a', 'b', 'c']) cache.set(key, answer('x'.repeat(100)))
    cache.get('a')
    cache.set('d', answer('x'.repeat(100)))
    expect(['a', 'b', 'c', 'd'].filter((key) => cache.get(key) !== undefined)).toEqual([
      'a',
      'c',
      'd',
    ])
  })

  it('keeps nothing that is larger than itself, and forgets what it replaces', () => {
    const cache = createMemoryCache(1000)
    cache.set('a', answer('x'))
    cache.set('a', answer('x'.repeat(1000)))
    expect(cache.get('a')).toBeUndefined()
  })

  it('counts an entry once however often it is written', () => {
    const cache = createMemoryCache(1000)
    cache.set('b', answer('x'.repeat(100)))
    for (let turn = 0; turn < 100; turn += 1) cache.set('a', answer('x'.repeat(100)))
    expect(cache.get('b')).toBeDefined()
  })
})
