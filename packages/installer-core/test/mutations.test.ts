import { expect, it } from 'vitest'
import { runMutations } from './support/mutation-run.ts'

it('[TA1] [TA17] 2,000 damaged archives: below the root or refused, nothing else', async () => {
  const before = process.memoryUsage().rss
  const { unpacked } = await runMutations(2_000, 20_261_120)
  expect(unpacked).toBeGreaterThan(20)
  expect(unpacked).toBeLessThan(1_900)
  expect(process.memoryUsage().rss - before).toBeLessThan(256 * 1024 * 1024)
})
