// `pnpm requirements [--json] [--update]`: which promises and attacks the last test runs proved.
import { packageDigests } from './reports/package-digests.ts'
import { readReports } from './reports/report-files.ts'
import { findUnknownIds, judgeRequirements } from './requirements/judge-requirements.ts'
import { writeProved } from './requirements/proved-file.ts'
import { readRequirements } from './requirements/read-requirements.ts'

const requirements = readRequirements()
const reports = readReports()
const verdicts = judgeRequirements(requirements, reports, packageDigests())

if (process.argv.includes('--update')) {
  console.log(`docs/requirements.proved lists ${writeProved(verdicts)} ids`)
} else if (process.argv.includes('--json')) {
  console.log(JSON.stringify({ rows: verdicts.map(rowOf) }, null, 2))
} else {
  printForPeople()
}

function rowOf({ id, text, state, cited }) {
  const tests = cited.filter((test) => test.state === 'passed').map(describe)
  return { id, text, proved: state === 'proved', state, tests }
}

function printForPeople() {
  for (const { id, text, state, cited } of verdicts) {
    console.log(`${id.padEnd(5)}${state.padEnd(11)} ${shorten(text)}`)
    for (const test of cited) console.log(`${' '.repeat(17)}${test.state}: ${describe(test)}`)
  }
  console.log()
  if (reports.length === 0) console.log('No report found: run npm test first.')
  for (const { name, started_at, counts, seed, duration_seconds } of reports) {
    const seeded = seed === undefined ? '' : `, seed ${seed}`
    console.log(
      `${name}: ${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped ` +
        `in ${duration_seconds} s at ${started_at}${seeded}`,
    )
  }
  for (const problem of findUnknownIds(requirements, reports)) console.log(problem)
  const count = (state) => verdicts.filter((verdict) => verdict.state === state).length
  console.log(
    `${count('proved')} proved, ${count('stale')} stale, ${count('not proved')} not proved`,
  )
}

function describe({ file, name }) {
  return `${file} > ${name}`
}

function shorten(text) {
  return text.length > 100 ? `${text.slice(0, 99)}…` : text
}
