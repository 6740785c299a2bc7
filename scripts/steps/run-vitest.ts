// Runs one tier of the tests with vitest and answers its report.
import { cpus } from 'node:os'
import { packageDigests } from '../reports/package-digests.ts'
import { completeReport, removeReport, reportFile } from '../reports/report-files.ts'
import type { TestReport } from '../reports/report-files.ts'
import { runTool } from './run-step.ts'
import type { StepResult } from './run-step.ts'

export interface VitestRun {
  /** Where the report goes: `fast`, `long-AREA`, or `partial` for a run that proves nothing. */
  report: string
  project: 'fast' | 'long'
  /** Folders, files and options for vitest. */
  args: readonly string[]
  covers?: readonly string[]
  seed?: number
  /** How many test files run at once. */
  workers?: number
}

export async function runVitest(run: VitestRun): Promise<{ step: StepResult; report: TestReport }> {
  const { report: name, project, args, covers, seed, workers = cpus().length } = run
  const file = reportFile(name)
  const startedAt = new Date().toISOString()
  const digests = packageDigests(covers)
  removeReport(name)
  const step = await runTool(
    'tests',
    'node_modules/vitest/vitest.mjs',
    [
      'run',
      `--project=${project}`,
      `--maxWorkers=${workers}`,
      '--reporter=default',
      '--reporter=./scripts/reports/vitest-reporter.ts',
      ...args,
    ],
    {
      live: true,
      env: {
        MOTHERSHIP_TEST_REPORT: file,
        ...(seed === undefined ? {} : { MOTHERSHIP_TEST_SEED: String(seed) }),
      },
    },
  )
  const report = completeReport(name, file, {
    started_at: startedAt,
    duration_seconds: Math.round(step.seconds * 10) / 10,
    digests,
    ...(seed === undefined ? {} : { seed }),
  })
  return { step, report }
}
