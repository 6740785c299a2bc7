// `npm run test:long -- [AREA …] [--seed N]`: fuzz, fault sweeps, whole imports, load. All areas when none is named.
import { join } from 'node:path'
import { root } from './reports/report-files.ts'
import { runVitest } from './steps/run-vitest.ts'

// Folders, the packages whose change makes the report stale, and how many minutes an area may take here (two cores).
const areas = {
  manifest: { folders: ['packages/manifest/'], covers: ['manifest'], minutes: 10 },
  client: { folders: ['packages/client/'], covers: ['client', 'manifest'], minutes: 10 },
  assembler: {
    folders: ['packages/context-assembler/'],
    covers: ['context-assembler', 'manifest'],
    minutes: 10,
  },
  installer: {
    folders: ['packages/installer-core/'],
    covers: ['installer-core', 'manifest'],
    minutes: 15,
  },
  server: {
    folders: ['packages/reference-server/', 'test/', 'examples/'],
    leavesOut: '**/sync/**',
    minutes: 20,
  },
  sync: {
    folders: [
      'packages/reference-server/src/features/sync/',
      'packages/reference-server/test/sync/',
    ],
    minutes: 15,
  },
}

const { names, seed } = readArguments(process.argv.slice(2))
const totals = { passed: 0, failed: 0, skipped: 0 }
for (const name of names) {
  const { folders, covers, leavesOut, minutes } = areas[name]
  console.log(`long tests of ${name}: at most ${minutes} minutes, seed ${seed}`)
  const { step, report } = await runVitest({
    report: `long-${name}`,
    project: 'long',
    args: [
      ...folders.map((folder) => join(root, folder)),
      ...(leavesOut ? [`--exclude=${leavesOut}`] : []),
    ],
    covers,
    seed,
    workers: 1, // Measured figures and timings are told apart from each other's load.
  })
  const late = step.seconds > minutes * 60
  console.log(
    `${name}: ${step.ok ? 'ok' : 'FAILED'} in ${step.seconds.toFixed(0)} s of ${minutes * 60} s` +
      (late ? ' (over its budget)' : ''),
  )
  for (const state of Object.keys(totals)) totals[state] += report.counts[state]
  if (!step.ok && report.counts.failed === 0) totals.failed += 1
}
console.log(`${totals.passed} passed, ${totals.failed} failed, ${totals.skipped} skipped`)
process.exitCode = totals.failed === 0 ? 0 : 1

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
