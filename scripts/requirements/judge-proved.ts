// The gate of `npm test`: what `docs/requirements.proved` lists must still be proved by the run that just ended.
import { enginesOf } from '../reports/environment.ts'
import type { Environment } from '../reports/environment.ts'
import { packageDigests } from '../reports/package-digests.ts'
import { readReports } from '../reports/report-files.ts'
import type { StepResult } from '../steps/run-step.ts'
import { findUnknownIds, judgeRequirements } from './judge-requirements.ts'
import type { Verdict } from './judge-requirements.ts'
import { readProved } from './proved-file.ts'
import type { ProvedLine } from './proved-file.ts'
import { readLongIds } from './read-long-ids.ts'
import { readRequirements } from './read-requirements.ts'

export interface ProvedJudgement {
  step: StepResult
  /** One line on how many are proved. */
  note: string
  /** Listed ids without a proof now for want of what their tests need, with the reason. */
  excused: readonly string[]
}

export function judgeProved(environment: readonly Environment[]): ProvedJudgement {
  const started = performance.now()
  const requirements = readRequirements()
  const reports = readReports()
  const digestsNow = packageDigests()
  // Nothing changes between a run and its judgement but by a hand that edits meanwhile: the fast report counts as it is.
  const judged = reports.map((report) =>
    report.name === 'fast' ? { ...report, digests: digestsNow } : report,
  )
  const verdicts = judgeRequirements(requirements, judged, digestsNow)
  const { lost, excused } = compareWithProved(readProved(), verdicts, environment, readLongIds())
  const problems = [...lost, ...findUnknownIds(requirements, judged)]
  const proved = verdicts.filter(({ state }) => state === 'proved').length
  return {
    step: {
      name: 'requirements',
      ok: problems.length === 0,
      seconds: (performance.now() - started) / 1000,
      output: problems.join('\n'),
    },
    note: `${proved} of ${requirements.length} proved`,
    excused,
  }
}

export function compareWithProved(
  listed: readonly ProvedLine[],
  verdicts: readonly Verdict[],
  environment: readonly Environment[],
  longIds: ReadonlySet<string>,
): { lost: string[]; excused: string[] } {
  const byId = new Map(verdicts.map((verdict) => [verdict.id, verdict]))
  const missing = environment.filter(({ present }) => !present)
  const lost: string[] = []
  const excused: string[] = []
  for (const line of listed) {
    const verdict = byId.get(line.id)
    if (verdict?.state === 'proved') continue
    const failing = verdict?.cited.find(({ state, stale }) => state === 'failed' && !stale)
    const reason = failing ? undefined : findExcuse(line, verdict, missing, longIds)
    if (reason) excused.push(`${line.id}: ${reason}`)
    else lost.push(`${line.id} was proved and is not any more: ${describeLoss(verdict, failing)}`)
  }
  return { lost, excused }
}

function findExcuse(
  { id, needs, long }: ProvedLine,
  verdict: Verdict | undefined,
  missing: readonly Environment[],
  longIds: ReadonlySet<string>,
): string | undefined {
  if (!verdict) return undefined
  const absent = missing.find(({ engine }) => needs.includes(engine))
  if (absent) return `${absent.engine} is missing (${absent.detail})`
  const fast = verdict.cited.filter(({ report }) => report === 'fast')
  const excuses = fast.map((test) => {
    const engines = enginesOf(test)
    return test.state === 'skipped' && missing.find(({ engine }) => engines.includes(engine))
  })
  const [excuse] = excuses
  if (excuse && excuses.every(Boolean)) return `${excuse.engine} is missing (${excuse.detail})`
  if (long && fast.length === 0 && longIds.has(id)) {
    return `proved by npm run test:long -- ${long}, not by this run`
  }
  return undefined
}

function describeLoss(
  verdict: Verdict | undefined,
  failing: Verdict['cited'][number] | undefined,
): string {
  if (!verdict) return 'docs/requirements.md has no such row'
  if (failing) return `"${failing.name}" fails`
  const skipped = verdict.cited.find(({ state }) => state === 'skipped')
  if (skipped) return `"${skipped.name}" was skipped`
  return 'no test names it'
}
