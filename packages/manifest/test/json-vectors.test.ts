import { describe, expect, it } from 'vitest'
import { canonicalize, ManifestError, parseJson } from '../src/index.ts'
import { listShared, missingShared, readShared } from './shared-data.ts'

const missing = missingShared('vectors/json/JSONTestSuite') ?? missingShared('vectors/jcs')

describe.skipIf(missing !== undefined)(`JSON vectors ${missing ?? ''}`, () => {
  const files = missing === undefined ? listShared('vectors/json/JSONTestSuite') : []

  it('[TM1] accepts what must be read, and refuses a key given twice', () => {
    const accepted = files.filter((file) => file.startsWith('y_'))
    expect(accepted).toHaveLength(95)
    for (const file of accepted) {
      const read = (): unknown => parseJson(readShared('vectors/json/JSONTestSuite', file))
      if (file.startsWith('y_object_duplicated_key')) expect(read, file).toThrow(/every key once/)
      else expect(canonicalize(read()), file).toEqual(canonicalize(parsed(file)))
    }
  })

  function parsed(file: string): unknown {
    return JSON.parse(readShared('vectors/json/JSONTestSuite', file).toString())
  }

  it('[TM3] [TM19] refuses what must be refused, always with a typed error', () => {
    const refused = files.filter((file) => file.startsWith('n_'))
    expect(refused).toHaveLength(126)
    for (const file of refused) {
      const bytes = readShared('vectors/json/JSONTestSuite', file)
      expect(() => parseJson(bytes), file).toThrow(ManifestError)
    }
  })

  it.each(['arrays', 'structures', 'unicode', 'weird'])(
    '[TM6] writes %s as RFC 8785 has it',
    (name) => {
      const input: unknown = JSON.parse(readShared('vectors/jcs/input', `${name}.json`).toString())
      const expected = readShared('vectors/jcs/output', `${name}.json`)
      expect(Buffer.from(canonicalize(input)).equals(expected)).toBe(true)
      const hex = readShared('vectors/jcs/outhex', `${name}.txt`).toString().replaceAll(/\s/g, '')
      expect(Buffer.from(canonicalize(input)).toString('hex')).toBe(hex)
    },
  )

  it('[TM4] writes 10,000 numbers as ECMAScript does', () => {
    const lines = readShared('vectors/jcs/es6-numbers-first-10000.txt')
      .toString()
      .trim()
      .split('\n')
    expect(lines).toHaveLength(10_000)
    const view = new DataView(new ArrayBuffer(8))
    for (const line of lines) {
      const [hex = '', expected = ''] = line.split(',')
      view.setBigUint64(0, BigInt(`0x${hex}`))
      expect(Buffer.from(canonicalize(view.getFloat64(0))).toString()).toBe(expected)
    }
  })
})

describe('parseJson', () => {
  it('[TM3] refuses a text that holds a lone surrogate, which bytes cannot', () => {
    expect(() => parseJson('"\ud800"')).toThrow(/lone surrogate/)
    expect(parseJson('"\ud83d\ude00"')).toBe('\u{1F600}')
  })
})
