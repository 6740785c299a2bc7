// Decides from the last reports which requirements are proved.
import { packagesCoveredBy } from '../reports/package-digests.ts'
import type { TestEntry, TestReport } from '../reports/report-files.ts'
import { idsIn } from './read-requirements.ts'
import type { Requirement } from './read-requirements.ts'

export interface Verdict extends Requirement {
  state: 'proved' | 'stale' | 'not proved'
  /** Every test that names the id. */
  cited: readonly Citation[]
}

export interface Citation extends TestEntry {
  /** The report it stands in. */
  report: string
  /** What it was run on has changed since. */
  stale: boolean
}

/**
 * A requirement is proved by a passing test that names it, as long as none that names it fails and the packages the
 * test covers are what they were. A skipped test says nothing. With nothing but passes on changed packages it is stale.
 */
export function judgeRequirements(
  requirements: readonly Requirement[],
  reports: readonly TestReport[],
  digestsNow: Readonly<Record<string, string>>,
): Verdict[] {
  const citations = citationsById(reports, digestsNow)
  return requirements.map((requirement) => {
    const cited = citations.get(requirement.id) ?? []
    const passes = cited.filter(({ state }) => state === 'passed')
    const fails = cited.some(({ state, stale }) => state === 'failed' && !stale)
    const fresh = passes.some(({ stale }) => !stale)
    const state = fails || passes.length === 0 ? 'not proved' : fresh ? 'proved' : 'stale'
    return { ...requirement, state, cited }
  })
}

/** Ids that tests name and no requirement has: a slip of the pen, or a row that went. */
export function findUnknownIds(
  requirements: readonly Requirement[],
  reports: readonly TestReport[],
): string[] {
  const known = new Set(requirements.map(({ id }) => id))
  return reports.flatMap(({ tests }) =>
    tests.flatMap(({ file, name }) =>
      idsIn(name)
        .filter((id) => !known.has(id))
        .map((id) => `${file}: "${name}" names ${id}, which docs/requirements.md does not have`),
    ),
  )
}

function citationsById(
  reports: readonly TestReport[],
  digestsNow: Readonly<Record<string, string>>,
): Map<string, Citation[]> {
  const byId = new Map<string, Citation[]>()
  for (const report of reports) {
    for (const test of report.tests) {
      const covered = packagesCoveredBy(test.file)
      const stale = covered.some((name) => report.digests[name] !== digestsNow[name])
      for (const id of new Set(idsIn(test.name))) {
        byId.set(id, [...(byId.get(id) ?? []), { ...test, report: report.name, stale }])
      }
    }
  }
  return byId
}
