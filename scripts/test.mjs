// `npm test`: build, checks and the fast tests. With arguments, vitest alone runs on them: `npm test -- packages/manifest`.
import { readEnvironment } from './reports/environment.ts'
import { judgeProved } from './requirements/judge-proved.ts'
import { checkTypes, otherChecks } from './steps/checks.ts'
import { describeStep, runTool } from './steps/run-step.ts'
import { runVitest } from './steps/run-vitest.ts'
import { summarizeRun } from './steps/summarize-run.ts'

const args = process.argv.slice(2)
const steps = []
const say = (step, note) => {
  steps.push(step)
  console.log(describeStep(step, note))
  return step
}

if (args.length > 0) {
  const { step, report } = await runVitest({ report: 'partial', project: 'fast', args })
  finish(step.ok ? [] : [{ ...step, counted: true }], report)
} else {
  // The declarations are part of what is packed and tested, so both come before the tests.
  say(await runTool('build', 'scripts/build.mjs', ['--quiet']))
  say(await checkTypes())
  const checks = runOneByOne(otherChecks)
  const { step, report } = await runVitest({ report: 'fast', project: 'fast', args: [] })
  for (const check of await checks) say(check)
  const environment = await readEnvironment()
  const proved = judgeProved(environment)
  say(proved.step, proved.note)
  say({ ...step, counted: true })
  for (const line of summarizeRun(report, environment, proved)) console.log(line)
  finish(steps, report)
}

/** The tests use every core; the checks pass by beside them. */
async function runOneByOne(runs) {
  const results = []
  for (const run of runs) results.push(await run())
  return results
}

function finish(results, { counts }) {
  const own = results.filter(({ counted }) => !counted)
  const passed = counts.passed + own.filter(({ ok }) => ok).length
  let failed = counts.failed + own.filter(({ ok }) => !ok).length
  // vitest can fail without a failed test, for example when it is stopped: that is a failure too.
  if (failed === 0 && results.some(({ ok }) => !ok)) failed = 1
  process.exitCode = failed === 0 ? 0 : 1
  console.log(`${passed} passed, ${failed} failed, ${counts.skipped} skipped`)
}
