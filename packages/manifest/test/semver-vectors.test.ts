import { describe, expect, it } from 'vitest'
import { compareVersions, isVersion, isVersionRange, satisfiesRange } from '../src/index.ts'
import { missingShared, readSharedJson } from './shared-data.ts'

const missing = missingShared('vectors/semver')

/** Rows that ask for npm's loose reading or for prereleases in ranges speak of options this package does not have. */
function isPlain(row: readonly unknown[]): boolean {
  const options = row[2]
  return (
    options === undefined ||
    (typeof options === 'object' && Object.keys(options ?? {}).length === 0)
  )
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

  it('orders versions as npm does', () => {
    for (const row of readSharedJson<[string, string, unknown?][]>(
      'vectors/semver/comparisons.json',
    )) {
      const [greater, lesser] = row
      if (!isPlain(row) || !isVersion(greater) || !isVersion(lesser)) continue
      expect(Math.sign(compareVersions(greater, lesser)), `${greater} > ${lesser}`).toBe(1)
      expect(Math.sign(compareVersions(lesser, greater)), `${lesser} < ${greater}`).toBe(-1)
      expect(compareVersions(greater, greater)).toBe(0)
    }
  })

  it('[X9] matches and excludes ranges as npm does', () => {
    let matched = 0
    for (const row of readSharedJson<[string, string, unknown?][]>(
      'vectors/semver/range-include.json',
    )) {
      const [range, version] = row
      if (!isPlain(row) || !isVersion(version)) continue
      matched += 1
      expect(satisfiesRange(version, range), `${version} in ${range}`).toBe(true)
    }
    for (const row of readSharedJson<[string, string, unknown?][]>(
      'vectors/semver/range-exclude.json',
    )) {
      const [range, version] = row
      if (!isPlain(row)) continue
      matched += 1
      expect(satisfiesRange(version, range), `${version} not in ${range}`).toBe(false)
    }
    expect(matched).toBeGreaterThan(150)
  })

  it('[TM20] tells ranges from what is none', () => {
    for (const row of readSharedJson<[string, string | null, unknown?][]>(
      'vectors/semver/range-parse.json',
    )) {
      const [range, canonical] = row
      if (isPlain(row)) expect(isVersionRange(range), range).toBe(canonical !== null)
    }
  })
})
