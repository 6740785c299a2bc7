import { describe, expect, it } from 'vitest'
import { fuzzArchives, fuzzDocuments } from './fuzz.ts'

describe('fuzz, long', () => {
  it('200,000 mutated documents end in a verdict, within 256 MiB', async () => {
    const before = process.memoryUsage().rss
    let cases = 0
    for (let seed = 1; seed <= 20; seed += 1) cases += (await fuzzDocuments(10_000, seed)).cases
    expect(cases).toBe(200_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
  })

  it('100,000 mutated archives end in a reading or a typed refusal, within 256 MiB', async () => {
    const before = process.memoryUsage().rss
    let cases = 0
    for (let seed = 1; seed <= 20; seed += 1) cases += (await fuzzArchives(5000, seed)).cases
    expect(cases).toBe(100_000)
    expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
  })
})
