// `pnpm bench [NAME] [--json]`: runs `packages/*/bench/NAME*.bench.ts` against the built packages, peers in the same run.
// Each file default-exports `async () => [{ name, unit, ours, peers, ratios }]`.
import { existsSync, readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { root } from './reports/report-files.ts'
import { runTool } from './steps/run-step.ts'

const json = process.argv.includes('--json')
const [wanted = ''] = process.argv.slice(2).filter((argument) => !argument.startsWith('--'))

const files = findBenches().filter((file) => basename(file).includes(wanted))
if (files.length === 0) {
  const known = findBenches().map((file) => basename(file, '.bench.ts'))
  console.error(`no benchmark is named like "${wanted}"; known: ${known.join(', ') || 'none yet'}`)
  process.exit(2)
}
const build = await runTool('build', 'scripts/build.mjs', ['--quiet'])
if (!build.ok) {
  console.error(build.output)
  process.exit(1)
}

const results = []
for (const file of files) {
  if (!json) console.error(`running ${basename(file, '.bench.ts')}`)
  const { default: bench } = await import(pathToFileURL(file).href)
  results.push(...(await bench()))
}
if (json) console.log(JSON.stringify({ results }, null, 2))
else for (const line of results.flatMap(describe)) console.log(line)

function findBenches() {
  return readdirSync(join(root, 'packages'))
    .map((name) => join(root, 'packages', name, 'bench'))
    .filter(existsSync)
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => file.endsWith('.bench.ts'))
    .sort()
}

function describe({ name, unit, ours, peers, ratios }) {
  const lines = [`${name} (${unit})`, `  ${'ours'.padEnd(32)} ${format(ours)}`]
  for (const [peer, value] of Object.entries(peers)) {
    lines.push(`  ${peer.padEnd(32)} ${format(value)}`)
  }
  for (const [label, value] of Object.entries(ratios)) {
    lines.push(`  ratio ${label.padEnd(26)} ${format(value)}`)
  }
  return lines
}

function format(value) {
  return Number(value.toPrecision(4)).toLocaleString('en-US', { maximumSignificantDigits: 4 })
}
