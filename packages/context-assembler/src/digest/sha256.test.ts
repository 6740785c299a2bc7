import { createHash } from 'node:crypto'
import { expect, it } from 'vitest'
import { sha256OfText } from './sha256.ts'

it('agrees with node:crypto at every length around the block size', () => {
  for (let length = 0; length < 300; length += 1) {
    const text = 'aé日'.repeat(length).slice(0, length)
    expect(sha256OfText(text)).toBe(createHash('sha256').update(text).digest('hex'))
  }
})
