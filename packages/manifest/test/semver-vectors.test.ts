import { describe, expect, it } from 'vitest'
import { compareVersions, isVersion, isVersionRange, satisfiesRange } from '../src/index.ts'
import { missingShared, readSharedJson } from './shared-data.ts'

const missing = missingShared('vectors/semver')

type Row = readonly [string, string, unknown?, ...unknown[]]

/** Rows that ask for npm's loose reading or for prereleases in ranges speak of options this package does not have. */
function asksFor(row: readonly unknown[], option: 'loose' | 'includePrerelease'): boolean {
  const options = row[2]
  if (typeof options !== 'object' || options === null) return option === 'loose' && options === true
  return Boolean((options as Record<string, unknown>)[option])
}

function isPlain(row: readonly unknown[]): boolean {
  return !asksFor(row, 'loose') && !asksFor(row, 'includePrerelease')
}

function rowsOf(name: string): Row[] {
  return readSharedJson<Row[]>(`vectors/semver/${name}.json`)
}

describe.skipIf(missing !== undefined)(`semver vectors ${missing ?? ''}`, () => {
  it('[TM20] takes exactly the versions semver.org takes', () => {
    const { valid, invalid } = readSharedJson<{ valid: string[]; invalid: string[] }>(
      'vectors/semver/semver-org-regex101.json',
    )
    // Two of the list hold numbers above 2^53 - 1, which this package refuses so that every reader compares alike.
    const tooLarge = valid.filter((version) => /[0-9]{16,}/.test(version))
    expect(tooLarge.length).toBeLessThanOrEqual(2)
    expect(valid.filter((version) => !isVersion(version) && !tooLarge.includes(version))).toEqual(
      [],
    )
    expect(invalid.filter(isVersion)).toEqual([])
  })

  it('[TM20] refuses invalid versions at once, whatever their length', () => {
    const rows = readSharedJson<unknown[][]>('vectors/semver/invalid-versions.json')
    for (const [version] of rows) {
      if (typeof version === 'string') expect(isVersion(version), version.slice(0, 40)).toBe(false)
    }
    expect(isVersion(`1.0.0-${'0'.repeat(100_000)}`)).toBe(false)
    expect(isVersion('v1.0.0')).toBe(false)
    expect(isVersionRange(`>=${'1'.repeat(100_000)}`)).toBe(false)
    expect(isVersionRange(`${' '.repeat(200)}x`.repeat(3))).toBe(false)
  })

  it('[TM20] takes every valid version of npm but the one with a v', () => {
    const refused = rowsOf('valid-versions').filter(([version]) => !isVersion(version))
    expect(refused.map(([version]) => version)).toEqual(['v1.2.3'])
  })

  it('orders versions as npm does, and puts what only a loose reader takes before them all', () => {
    let loose = 0
    for (const row of rowsOf('comparisons')) {
      const [greater, lesser] = row
      const isStrict = isVersion(greater) && isVersion(lesser)
      if (!isStrict) loose += 1
      expect(isStrict, `${greater} > ${lesser}`).toBe(isPlain(row))
      const expected = isVersion(greater) ? 1 : -1
      expect(Math.sign(compareVersions(greater, lesser)), `${greater} > ${lesser}`).toBe(expected)
      expect(Math.sign(compareVersions(lesser, greater)), `${lesser} < ${greater}`).toBe(-expected)
      expect(compareVersions(greater, greater)).toBe(0)
    }
    expect(loose).toBe(12)
  })

  it('finds versions equal that differ in their build, and refuses every other spelling of one', () => {
    const rows = rowsOf('equality')
    const strict = rows.filter(([left, right]) => isVersion(left) && isVersion(right))
    expect(strict.map(([left, right]) => compareVersions(left, right))).toEqual([0, 0])
    for (const [left, right] of rows) {
      // A blank, a `v` or a `=` in front makes a text no version, whatever npm takes it for.
      for (const text of [left, right]) expect(isVersion(text), text).toBe(/^[0-9]/.test(text))
    }
    expect(rows.length - strict.length).toBe(35)
  })

  it('finds every version npm steps to above the one it stepped from', () => {
    const rows = rowsOf('increments')
    // Counting begins anew under another identifier: these lie below what they were made from.
    const restarted = new Set([
      '3.0.0-alpha.beta.gamma → 3.0.0-alpha.beta.0',
      '1.2.3-dev.bar → 1.2.3-dev.0',
      '1.2.3-dev.bar → 1.2.3-dev.1',
      '1.2.3-dev.bar → 1.2.3-dev',
    ])
    let stepped = 0
    for (const row of rows) {
      const [from, , result] = row
      if (result === null || typeof result !== 'string') continue // npm steps nowhere either
      if (!isVersion(from)) {
        expect(from).toBe('1.2.3tag') // read loosely by npm
        expect(compareVersions(result, from)).toBe(1)
        continue
      }
      stepped += 1
      expect(isVersion(result), result).toBe(true)
      const step = `${from} → ${result}`
      expect(Math.sign(compareVersions(result, from)), step).toBe(restarted.has(step) ? -1 : 1)
    }
    expect(stepped).toBe(121)
    const nowhere = rows.filter(([, , result]) => result === null).map(([from]) => from)
    expect(nowhere).toHaveLength(10)
    expect(nowhere.filter((from) => !isVersion(from))).toEqual(['fake', 'fake', '1.2.0beta'])
  })

  it('[X9] matches and excludes ranges as npm does, strictly and without prereleases', () => {
    let matched = 0
    for (const row of rowsOf('range-include')) {
      const [range, version] = row
      // npm finds these inside only by an option: read loosely, or with prereleases of any version.
      if (isPlain(row)) matched += 1
      expect(satisfiesRange(version, range), `${version} in ${range}`).toBe(isPlain(row))
    }
    expect(matched).toBe(98)
    for (const [range, version] of rowsOf('range-exclude')) {
      expect(satisfiesRange(version, range), `${version} not in ${range}`).toBe(false)
    }
  })

  it('[TM20] tells ranges from what is none', () => {
    // npm's loose reader takes the first four; the last is above the length this package looks at.
    const refused = ['>01.02.03', '~1.2.3beta', '>=09090', '1.2.3+']
    for (const row of rowsOf('range-parse')) {
      const [range, canonical] = row
      const isStrict = canonical !== null && !(asksFor(row, 'loose') && isRefused(range, refused))
      expect(isVersionRange(range), range).toBe(isStrict)
    }
  })
})

function isRefused(range: string, refused: readonly string[]): boolean {
  return refused.some((start) =>
    start.endsWith('+') ? range.startsWith(start) && range.length > 512 : range === start,
  )
}
