import { readFileSync, statSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { expect, it } from 'vitest'

const src = resolve(import.meta.dirname, '../src')

/** Every file that an entry loads, and every package that it asks for; imports of types alone load nothing. */
function loadedBy(entry: string): { files: string[]; packages: string[] } {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    if (file.endsWith('.json')) return
    const text = readFileSync(file, 'utf8')
    for (const [, clause, target] of text.matchAll(
      /^(?:import|export)\s([^;'"]*?)from '([^']+)'/gm,
    )) {
      if (/^type\b/.test(clause!)) continue
      if (target!.startsWith('.')) visit(resolve(dirname(file), target!))
      else packages.add(target!)
    }
  }
  visit(resolve(src, entry))
  return { files: [...files], packages: [...packages] }
}

it('loads no Node built-in, no package and no word vectors through the root entry', () => {
  const { files, packages } = loadedBy('index.ts')
  expect(packages).toEqual([])
  expect(files.length).toBeGreaterThan(30)
  expect(files.some((file) => file.includes('word-vector-table'))).toBe(false)
  for (const file of files) expect(readFileSync(file, 'utf8')).not.toMatch(/from 'node:|require\(/)
})

it('keeps the root entry under 220 KB of source, data tables included, and the word vectors under 1.5 MB', () => {
  const sizeOf = (files: readonly string[]): number =>
    files.reduce((sum, file) => sum + statSync(file).size, 0)
  expect(sizeOf(loadedBy('index.ts').files)).toBeLessThan(220_000)
  expect(statSync(resolve(src, 'scoring/word-vector-table.json')).size).toBeLessThan(1_500_000)
})

it('keeps the tables free of anything but common words: letters and digits, no addresses, no long strings', () => {
  const vectors = JSON.parse(
    readFileSync(resolve(src, 'scoring/word-vector-table.json'), 'utf8'),
  ) as {
    rows: string[]
  }
  for (const row of vectors.rows) expect(row).toMatch(/^[a-z][a-z0-9]{1,23} [\w-]{130}$/)
})
