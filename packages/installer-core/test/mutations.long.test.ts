import { expect, it } from 'vitest'
import { runMutations } from './support/mutation-run.ts'

it('[TA1] [TA17] 100,000 damaged archives: below the root or refused, nothing else', async () => {
  const before = process.memoryUsage().rss
  for (let seed = 1; seed <= 20; seed += 1) await runMutations(5_000, seed)
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
})
