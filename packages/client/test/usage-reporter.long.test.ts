import { expect, it } from 'vitest'
import { killReporters } from './killed-reporters.ts'

it('[A10] loses nothing and counts nothing twice over 40 processes killed with SIGKILL', async () => {
  const { recorded, counted, repeated } = await killReporters(40, 4)
  expect(recorded.filter((version) => counted.get(version) !== 1)).toEqual([])
  expect([...counted.values()].filter((times) => times !== 1)).toEqual([])
  expect(repeated).toBeGreaterThan(0)
})
