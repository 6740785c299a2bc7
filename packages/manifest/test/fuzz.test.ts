import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { canonicalText } from '../src/json/canonicalize.ts'
import { writeCanonical } from '../src/json/write-canonical.ts'
import { canonicalize, parseJson } from '../src/index.ts'
import { fuzzArchives, fuzzDocuments, jsonValues, parseAnything } from './fuzz.ts'

describe('fuzz', () => {
  it('[TM1] [TM11] 3,000 mutated documents end in a verdict, and none but the signed one is valid', async () => {
    const { accepted, refused } = await fuzzDocuments(3000, 20_261_120)
    expect(accepted + refused).toBe(3000)
    expect(refused).toBeGreaterThan(2500)
  })

  it('[TA14] [TA17] 2,000 mutated archives end in a reading or a typed refusal', async () => {
    const { accepted, refused } = await fuzzArchives(2000, 20_261_120)
    expect(accepted).toBeGreaterThan(50)
    expect(refused).toBeGreaterThan(1000)
  })

  it('any JSON value has one canonical form, which reads back as itself', () => {
    fc.assert(
      fc.property(jsonValues, (value) => {
        const text = canonicalText(value)
        expect(writeCanonical(value)).toBe(text)
        expect(canonicalText(parseJson(canonicalize(value)))).toBe(text)
      }),
      { seed: 1, numRuns: 400 },
    )
  })

  it('any value at all is a draft or a typed refusal', () => {
    fc.assert(fc.property(fc.anything(), parseAnything), { seed: 2, numRuns: 300 })
    fc.assert(fc.property(fc.string({ unit: 'binary' }), parseAnything), { seed: 3, numRuns: 300 })
  })
})
