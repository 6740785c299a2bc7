import { describe, expect, it } from 'vitest'
import { fuzzArchives, fuzzDocuments, type FuzzOutcome } from './fuzz.ts'

const limitBytes = 256 * 1024 * 1024

/** Runs twenty rounds; growth is counted from the end of the first, which compiles schemas and code. */
async function run(
  fuzz: (cases: number, seed: number) => Promise<FuzzOutcome>,
  casesPerRound: number,
): Promise<{ cases: number; growth: number }> {
  let { cases } = await fuzz(casesPerRound, 1)
  const before = process.memoryUsage().rss
  for (let seed = 2; seed <= 20; seed += 1) cases += (await fuzz(casesPerRound, seed)).cases
  return { cases, growth: process.memoryUsage().rss - before }
}

describe('fuzz, long', () => {
  it('200,000 mutated documents end in a verdict, growing by less than 256 MiB', async () => {
    const { cases, growth } = await run(fuzzDocuments, 10_000)
    expect(cases).toBe(200_000)
    expect(growth).toBeLessThan(limitBytes)
  })

  it('100,000 mutated archives end in a reading or a typed refusal, growing by less than 256 MiB', async () => {
    const { cases, growth } = await run(fuzzArchives, 5000)
    expect(cases).toBe(100_000)
    expect(growth).toBeLessThan(limitBytes)
  })
})
