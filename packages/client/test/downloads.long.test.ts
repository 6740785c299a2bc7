import { expect, it } from 'vitest'
import { breakDownloads } from './broken-downloads.ts'

it('[TC4] [TC5] [TC6] is right or not there, whatever the server does, over 1,000 broken downloads', async () => {
  const tally = await breakDownloads(1000, 20_261_120)
  expect(tally.whole).toBe(1000)
  expect(tally.resumed).toBeGreaterThan(100)
})
