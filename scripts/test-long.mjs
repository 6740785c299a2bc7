// `npm run test:long -- [AREA …] [--seed N]`: fuzz, fault sweeps, whole imports, load. All areas when none is named.
import { listLongTests } from './reports/list-long-tests.ts'
import { runVitest } from './steps/run-vitest.ts'

// Folders, the packages whose change makes the report stale, and how many minutes an area may take here (two cores).
const areas = {
  manifest: { folders: ['packages/manifest'], covers: ['manifest'], minutes: 10 },
  client: { folders: ['packages/client'], covers: ['client', 'manifest'], minutes: 10 },
  assembler: {
    folders: ['packages/context-assembler'],
    covers: ['context-assembler', 'manifest'],
    minutes: 10,
  },
  installer: {
    folders: ['packages/installer-core'],
    covers: ['installer-core', 'manifest'],
    minutes: 15,
  },
  server: { folders: ['packages/reference-server', 'examples', 'test'], minutes: 20 },
  sync: { folders: ['packages/reference-server'], minutes: 15 },
}
const isSync = (file) => /[/-]sync[/.-]/.test(file)

const { names, seed } = readArguments(process.argv.slice(2))
const totals = { passed: 0, failed: 0, skipped: 0 }
for (const name of names) await runArea(name)
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed === 0 ? 0 : 1

async function runArea(name) {
  const { folders, covers, minutes } = areas[name]
  const files = listLongTests(folders).filter((file) => isSync(file) === (name === 'sync'))
  if (files.length === 0) {
    console.log(`${name}: has no long tests`)
    return
  }
  console.log(`${name}: ${files.length} files, at most ${minutes} minutes, seed ${seed}`)
  const { step, report } = await runVitest({
    report: `long-${name}`,
    project: 'long',
    args: files,
    covers,
    seed,
    workers: 1, // What is measured is not to be disturbed by another test.
  })
  const late = step.seconds > minutes * 60
  console.log(
    `${name}: ${step.ok ? 'ok' : 'FAILED'} in ${step.seconds.toFixed(0)} s of ${minutes * 60} s` +
      (late ? ' (over its budget)' : ''),
  )
  for (const state of Object.keys(totals)) totals[state] += report.counts[state]
  if (!step.ok && report.counts.failed === 0) totals.failed += 1
}

function readArguments(args) {
  const names = []
  let seed = 20_261_120
  for (let index = 0; index < args.length; index += 1) {
    if (args[index] === '--seed') {
      index += 1
      seed = Number(args[index])
    } else {
      names.push(args[index])
    }
  }
  const unknown = names.filter((name) => !(name in areas))
  if (unknown.length > 0 || !Number.isSafeInteger(seed)) {
    console.error(
      unknown.length > 0
        ? `unknown area ${unknown.join(', ')}; known: ${Object.keys(areas).join(', ')}`
        : '--seed expects a whole number',
    )
    process.exit(2)
  }
  return { names: names.length > 0 ? names : Object.keys(areas), seed }
}
