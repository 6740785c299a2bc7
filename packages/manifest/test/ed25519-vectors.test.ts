import { afterEach, describe, expect, it } from 'vitest'
import { ed25519, useCryptoBackend, verifyBatch } from '../src/index.ts'
import { missingShared } from './shared-data.ts'
import {
  cctvCases,
  readVerdictCases,
  rfcCases,
  speccheckCases,
  type VerdictCase,
  wycheproofCases,
} from './verdict-cases.ts'

const missing = missingShared('vectors/ed25519')

afterEach(() => useCryptoBackend('auto'))

function verdictOf(test: VerdictCase): boolean {
  return ed25519.verify(bytes(test.signature), bytes(test.message), bytes(test.public_key))
}

function bytes(hex: string): Uint8Array {
  return new Uint8Array(Buffer.from(hex, 'hex'))
}

describe.skipIf(missing !== undefined)(`Ed25519 vectors ${missing ?? ''}`, () => {
  it.each(['node', 'noble'] as const)(
    '[TM9] [TM10] [TM11] agrees with every case of Wycheproof on %s',
    (backend) => {
      useCryptoBackend(backend)
      const cases = wycheproofCases()
      expect(cases).toHaveLength(151)
      expect(cases.filter((test) => verdictOf(test) !== test.expected)).toEqual([])
    },
  )

  it('[TM9] accepts no small-order or non-canonical key or R of CCTV', () => {
    const weak = ['low_order_A', 'low_order_R', 'non_canonical_A', 'non_canonical_R']
    const accepted = cctvCases().filter(verdictOf)
    expect(cctvCases()).toHaveLength(914)
    expect(accepted.filter(({ flags }) => flags.some((flag) => weak.includes(flag)))).toEqual([])
    expect(accepted.length).toBeGreaterThan(0)
  })

  it('[TM9] accepts at most cases 2 and 3 of speccheck', () => {
    const accepted = speccheckCases().flatMap((test, index) => (verdictOf(test) ? [index] : []))
    expect(accepted.filter((index) => index !== 2 && index !== 3)).toEqual([])
  })

  it('accepts RFC 8032 and nothing changed in it', () => {
    expect(rfcCases().filter((test) => verdictOf(test) !== test.expected)).toEqual([])
  })

  it('gives one verdict on Node and in noble, for every case', () => {
    const cases = readVerdictCases()
    const columns = (['node', 'noble'] as const).map((backend) => {
      useCryptoBackend(backend)
      return cases.map(verdictOf)
    })
    expect(columns[0]).toEqual(columns[1])
  })

  it('gives the same verdicts in batches', async () => {
    const cases = readVerdictCases()
    const batch = await verifyBatch(
      cases.map((test) => ({
        signature: bytes(test.signature),
        message: bytes(test.message),
        publicKey: bytes(test.public_key),
      })),
    )
    expect(batch).toEqual(cases.map(verdictOf))
  })
})
