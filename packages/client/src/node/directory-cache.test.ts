import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDirectoryCache } from './directory-cache.ts'

let directory = ''
beforeEach(async () => {
  directory = join(await mkdtemp(join(tmpdir(), 'cache-')), 'answers')
})
afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

const answer = { text: '{"a":1}', etag: '"v1"', confirmedAt: 5 }

describe('the directory cache', () => {
  it('answers what was written, in another cache of the same directory as well', async () => {
    await createDirectoryCache({ directory }).write('https://m.example/x?a=../..', answer)
    expect(await createDirectoryCache({ directory }).read('https://m.example/x?a=../..')).toEqual(
      answer,
    )
    expect(await createDirectoryCache({ directory }).read('other')).toBeUndefined()
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
  })

  it.each(['', '{', '{"key":"k","text":1}', '{"key":"other","text":"","confirmed_at":1}'])(
    'answers nothing from the broken file "%s"',
    async (text) => {
      const cache = createDirectoryCache({ directory })
      await cache.write('k', answer)
      const [name = ''] = await readdir(directory)
      await writeFile(join(directory, name), text)
      expect(await cache.read('k')).toBeUndefined()
    },
  )

  it('stays within its bytes, the oldest going first, and touches no other files', async () => {
    const cache = createDirectoryCache({ directory, maxBytes: 10_000 })
    for (let number = 0; number < 50; number += 1) {
      await cache.write(`key ${number}`, { ...answer, text: 'x'.repeat(1000) })
      if (number === 0) await writeFile(join(directory, 'notes.txt'), 'mine')
    }
    const sizes = await Promise.all(
      (await readdir(directory)).map(async (name) => (await stat(join(directory, name))).size),
    )
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(10_000)
    expect(await readFile(join(directory, 'notes.txt'), 'utf8')).toBe('mine')
    expect(await cache.read('key 49')).toBeDefined()
    expect(await cache.read('key 0')).toBeUndefined()
  })

  it('never rejects: it tells the problem and goes on without', async () => {
    const problems: unknown[] = []
    const file = join(directory, '..', 'file')
    await writeFile(file, '')
    const cache = createDirectoryCache({
      directory: join(file, 'x'),
      onProblem: (error) => problems.push(error),
    })
    await cache.write('k', answer)
    expect(await cache.read('k')).toBeUndefined()
    expect(problems.length).toBeGreaterThan(0)
  })
})
