import { compareVersions } from '@mothership/manifest'
import type { Clock } from '../ports/clock.ts'
import type { TrustCandidate, TrustFinding } from '../ports/trust-policy.ts'
import { failed, passed } from './findings.ts'

// Clocks of honest machines differ by seconds; five minutes is what most protocols allow.
const clockSkewMs = 5 * 60 * 1000

/** An approval in the future is a lie about time, and time decides about keys. */
export function checkTime(approvedAt: string, clock: Clock): TrustFinding {
  const rule = 'release.approved_at'
  const approvedMs = Date.parse(approvedAt)
  if (Number.isNaN(approvedMs)) {
    return failed(
      rule,
      `Expected the time of approval in ISO 8601; came ${approvedAt.slice(0, 40)}.`,
    )
  }
  return approvedMs <= clock.now() + clockSkewMs
    ? passed(rule, `Approved at ${approvedAt}.`)
    : failed(rule, `Expected an approval in the past; it says ${approvedAt}. Check the clock here.`)
}

/** New releases wait until others had time to find out about them. */
export function checkAge(approvedAt: string, minimumMs: number, clock: Clock): TrustFinding {
  const rule = 'release.minimum_age'
  const ageMs = clock.now() - Date.parse(approvedAt)
  if (minimumMs === 0) return passed(rule, 'No minimum age is asked for.')
  return ageMs >= minimumMs
    ? passed(rule, `Approved ${hours(ageMs)} ago.`)
    : failed(
        rule,
        `Expected a release at least ${hours(minimumMs)} old; this one is ${hours(ageMs)} old. Wait, or name an older version.`,
      )
}

/** An older version than the installed one only when that is the wish. */
export function checkDowngrade(candidate: TrustCandidate): TrustFinding {
  const rule = 'version.downgrade'
  const { installed_version: installed, version } = candidate
  if (installed === undefined) return passed(rule, 'Not installed yet.')
  if (compareVersions(version, installed) >= 0) {
    return passed(rule, `${version} is not older than ${installed}.`)
  }
  if (candidate.allowDowngrade === true) {
    return passed(rule, `${version} is older than ${installed}, as was asked for.`)
  }
  return failed(
    rule,
    `Expected ${installed} or newer; ${version} is older than what is installed. Pass allowDowngrade if you mean it.`,
  )
}

function hours(ms: number): string {
  return `${(ms / 3_600_000).toFixed(1)} h`
}
