// The last words of a test run: what ran on which engine, and what was left out and why.
import { enginesOf } from '../reports/environment.ts'
import type { Environment } from '../reports/environment.ts'
import { countStates } from '../reports/report-files.ts'
import type { TestReport } from '../reports/report-files.ts'

export function summarizeRun(
  { files, tests }: TestReport,
  environment: readonly Environment[],
  { excused }: { excused: readonly string[] },
): string[] {
  return [
    '',
    'What ran on what',
    ...environment.map(({ engine, present, detail }) => {
      const asking = tests.filter((test) => enginesOf(test).includes(engine))
      const { passed, failed, skipped } = countStates(asking)
      const ran = passed + failed
      const told = [
        ...(ran > 0
          ? [`${ran} tests${engine === '../shared' ? ' in files that read it' : ''}`]
          : []),
        ...(skipped > 0 ? [`${skipped} skipped`] : []),
        ...(asking.length === 0 ? ['no test names it'] : []),
        ...(present ? [] : [`missing: ${detail}`]),
      ]
      return `  ${engine.padEnd(18)} ${told.join(', ')}`
    }),
    ...listSlowest(files),
    ...listSkipped(tests),
    ...(excused.length > 0
      ? ['Not proved by this run', ...excused.map((line) => `  ${line}`)]
      : []),
    '',
  ]
}

function listSlowest(files: TestReport['files']): string[] {
  const slowest = files.toSorted((a, b) => b.duration_ms - a.duration_ms).slice(0, 5)
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1).padStart(6)} s`
  return [
    'Slowest test files',
    ...slowest.map(({ file, duration_ms }) => `${seconds(duration_ms)}  ${file}`),
  ]
}

function listSkipped(tests: TestReport['tests']): string[] {
  const groups = new Map<string, number>()
  for (const { file, state, note } of tests) {
    if (state !== 'skipped') continue
    const label = `${file}: ${note ?? 'no reason given'}`
    groups.set(label, (groups.get(label) ?? 0) + 1)
  }
  if (groups.size === 0) return []
  return ['Left out', ...[...groups].map(([label, count]) => `  ${count} in ${label}`)]
}
