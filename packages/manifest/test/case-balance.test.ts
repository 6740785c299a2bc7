import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { ed25519, isVersion, satisfiesRange } from '../src/index.ts'
import { listShared, missingShared, readSharedJson } from './shared-data.ts'
import { cctvCases, rfcCases, speccheckCases, wycheproofCases } from './verdict-cases.ts'

const missing = missingShared('vectors')
const fixtures = fileURLToPath(new URL('../../../fixtures/', import.meta.url))

interface Balance {
  fail: number
  pass: number
}

/** Counts what a table of cases asks to be refused and what it asks to be accepted. */
function count(expected: readonly boolean[]): Balance {
  const pass = expected.filter(Boolean).length
  return { fail: expected.length - pass, pass }
}

function rows(name: string): [string, string, unknown?][] {
  return readSharedJson(`vectors/semver/${name}.json`)
}

function entriesOf(name: string): number {
  return (JSON.parse(readFileSync(`${fixtures}${name}/refused.json`, 'utf8')) as unknown[]).length
}

/** Every table of named cases. Generated ones are left out: mutated inputs would tip the scale by thousands. */
function balances(): Record<string, Balance> {
  const hex = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, 'hex'))
  const json = listShared('vectors/json/JSONTestSuite')
  const zips = listShared('vectors/archives/zip/yauzl-failure').length
  const { valid, invalid } = readSharedJson<{ valid: string[]; invalid: string[] }>(
    'vectors/semver/semver-org-regex101.json',
  )
  return {
    archives: { fail: entriesOf('archives'), pass: 0 },
    manifests: {
      fail: entriesOf('manifests'),
      pass: readdirSync(`${fixtures}manifests`).filter((file) => file === 'good.json').length,
    },
    wycheproof: count(wycheproofCases().map(({ expected }) => expected === true)),
    rfc8032: count(rfcCases().map(({ expected }) => expected === true)),
    speccheck: count(speccheckCases().map(({ expected }) => expected !== false)),
    cctv: count(
      cctvCases().map((test) =>
        ed25519.verify(hex(test.signature), hex(test.message), hex(test.public_key)),
      ),
    ),
    json: count(
      json
        .filter((file) => /^[yn]_/.test(file))
        .map((file) => file.startsWith('y_') && !file.startsWith('y_object_duplicated_key')),
    ),
    canonical: { fail: 0, pass: listShared('vectors/jcs/input').length },
    zip: { fail: zips + 3, pass: listShared('vectors/archives/zip/yauzl-success').length - 3 },
    versions: count([...valid, ...invalid].map((version) => isVersion(version))),
    ranges: count(
      [...rows('range-include'), ...rows('range-exclude')].map(([range, version]) =>
        satisfiesRange(version, range),
      ),
    ),
    equality: count(rows('equality').map(([left, right]) => isVersion(left) && isVersion(right))),
  }
}

describe.skipIf(missing !== undefined)(`the tables of cases ${missing ?? ''}`, () => {
  it('hold at least twice as many inputs to refuse as to accept', () => {
    const tables = balances()
    const fail = Object.values(tables).reduce((sum, table) => sum + table.fail, 0)
    const pass = Object.values(tables).reduce((sum, table) => sum + table.pass, 0)
    expect(fail / pass, JSON.stringify({ fail, pass, ...tables })).toBeGreaterThanOrEqual(2)
  })
})
