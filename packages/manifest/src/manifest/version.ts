import semverRange from 'semver/classes/range.js'
import semverCompare from 'semver/functions/compare.js'
import semverParse from 'semver/functions/parse.js'
import semverSatisfies from 'semver/functions/satisfies.js'

/** Longest version looked at. Those in the wild stay below 40 characters. */
const maxVersionLength = 256
/** Longest range looked at: ranges join a few versions. */
const maxRangeLength = 512

/**
 * Answers whether a text is a semantic version exactly (2.0.0, without `v`, blanks or leading zeros). Numbers above 2^53 − 1
 * are none, so that every reader compares alike.
 */
export function isVersion(text: string): boolean {
  if (text.length > maxVersionLength || !versionPattern.test(text)) return false
  return (
    !longNumber.test(text) ||
    numbersOf(text).every((part) => Number(part) <= Number.MAX_SAFE_INTEGER)
  )
}

/** Only such numbers can be above 2^53 − 1. */
const longNumber = /[0-9]{16}/

function numbersOf(version: string): string[] {
  const core = version.split(/[-+]/, 1)[0] ?? ''
  const prerelease = /^[^-+]*-([^+]*)/.exec(version)?.[1] ?? ''
  return [...core.split('.'), ...prerelease.split('.').filter((part) => /^[0-9]+$/.test(part))]
}

/** Answers whether a text is a range of versions (npm's grammar), bounded so that no input costs more than its length. */
export function isVersionRange(text: string): boolean {
  if (text.length > maxRangeLength) return false
  try {
    return new semverRange(text).range !== undefined
  } catch {
    return false // The library throws for what is no range: the answer is no.
  }
}

/** Answers whether a version lies in a range; `false` as well when one of them is none. Prereleases match as npm has it. */
export function satisfiesRange(version: string, range: string): boolean {
  return isVersion(version) && isVersionRange(range) && semverSatisfies(version, range)
}

/**
 * Orders two versions by precedence (semver §11): negative, zero or positive. What is no version comes before all that are.
 */
export function compareVersions(left: string, right: string): number {
  const parsedLeft = isVersion(left) ? semverParse(left) : null
  const parsedRight = isVersion(right) ? semverParse(right) : null
  if (parsedLeft === null || parsedRight === null) {
    return Number(parsedLeft !== null) - Number(parsedRight !== null)
  }
  return semverCompare(parsedLeft, parsedRight)
}

/** The expression semver.org gives, with its numeric and alphanumeric identifiers. */
const versionPattern =
  /^(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)\.(?:0|[1-9]\d*)(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?$/
