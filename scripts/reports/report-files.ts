// The reports that test runs leave in `.cache/reports/`: one of the fast tier, one per area of the long tier.
import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root: string = dirname(dirname(dirname(fileURLToPath(import.meta.url))))
export const reportsDirectory: string = join(root, '.cache', 'reports')

export type TestState = 'passed' | 'failed' | 'skipped'

export interface TestEntry {
  /** From the repository's root, with forward slashes. */
  file: string
  /** Suites and test, joined by ` > `. */
  name: string
  state: TestState
  duration_ms: number
  /** Why it was skipped or failed, where that is known. */
  note?: string
  /** What the test says of itself through `task.meta`, such as the number of inputs a fuzz test tried. */
  meta?: Record<string, unknown>
}

export interface TestReport {
  /** `fast`, or `long-AREA`. */
  name: string
  started_at: string
  duration_seconds: number
  /** What long tests draw their random inputs from. */
  seed?: number
  counts: Counts
  /** Digest of each covered package's files when the run began. */
  digests: Record<string, string>
  files: FileTime[]
  tests: TestEntry[]
}

/** Loading, hooks and tests of one file. */
export interface FileTime {
  file: string
  duration_ms: number
}

export interface Counts {
  passed: number
  failed: number
  skipped: number
}

export function reportFile(name: string): string {
  return join(reportsDirectory, `${name}.json`)
}

/** Completes what the reporter wrote at `file`; answers an empty report when the run died before writing. */
export function completeReport(
  name: string,
  file: string,
  run: Pick<TestReport, 'started_at' | 'duration_seconds' | 'digests'> & { seed?: number },
): TestReport {
  const { files, tests } = readWritten(file)
  const report: TestReport = { name, ...run, counts: countStates(tests), files, tests }
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `${JSON.stringify(report, null, 1)}\n`)
  return report
}

/** Reads the last report of each name; unreadable ones are as good as none. */
export function readReports(): TestReport[] {
  return listReports().flatMap((file) => {
    try {
      const report = JSON.parse(readFileSync(join(reportsDirectory, file), 'utf8')) as TestReport
      return Array.isArray(report.tests) && report.digests ? [report] : []
    } catch {
      return []
    }
  })
}

export function removeReport(name: string): void {
  rmSync(reportFile(name), { force: true })
}

export function countStates(tests: readonly { state: TestState }[]): Counts {
  const counts = { passed: 0, failed: 0, skipped: 0 }
  for (const { state } of tests) counts[state] += 1
  return counts
}

function listReports(): string[] {
  try {
    return readdirSync(reportsDirectory).filter((file) => /^(fast|long-[a-z]+)\.json$/.test(file))
  } catch {
    return []
  }
}

function readWritten(file: string): Pick<TestReport, 'files' | 'tests'> {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Pick<TestReport, 'files' | 'tests'>
  } catch {
    return { files: [], tests: [] }
  }
}
