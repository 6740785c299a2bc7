// `docs/requirements.proved`: the committed list of what was proved. `npm test` fails when one of these loses its proof.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { enginesOf } from '../reports/environment.ts'
import type { Engine } from '../reports/environment.ts'
import { root } from '../reports/report-files.ts'
import type { Verdict } from './judge-requirements.ts'

export interface ProvedLine {
  id: string
  /** Without one of these every test that proves it is left out. */
  needs: readonly string[]
  /** The long area that proves it, when the fast tests do not. */
  long?: string
}

const path = join(root, 'docs', 'requirements.proved')
const header = `# What the tests proved when this file was last written (pnpm requirements --update).
# npm test fails when a line loses its proof. "needs": what every test behind it asks for beyond the repository;
# "long": proved by npm run test:long -- AREA alone.
`

export function readProved(): ProvedLine[] {
  return existsSync(path) ? parseProved(readFileSync(path, 'utf8')) : []
}

export function parseProved(text: string): ProvedLine[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'))
  return lines.map((line) => {
    const [id = '', ...marks] = line.split(';').map((part) => part.trim())
    const needs =
      marks
        .find((mark) => mark.startsWith('needs '))
        ?.slice(6)
        .split(', ') ?? []
    const long = marks.find((mark) => mark.startsWith('long '))?.slice(5)
    return { id, needs, ...(long ? { long } : {}) }
  })
}

export function formatProved(lines: readonly ProvedLine[]): string {
  const rows = lines.map(({ id, needs, long }) => {
    const marks = [
      ...(needs.length > 0 ? [`needs ${needs.join(', ')}`] : []),
      ...(long ? [`long ${long}`] : []),
    ]
    return [id, ...marks].join('; ')
  })
  return `${header}${rows.join('\n')}\n`
}

export function writeProved(verdicts: readonly Verdict[]): number {
  const lines = verdicts.filter(({ state }) => state === 'proved').map(lineOf)
  writeFileSync(path, formatProved(lines))
  return lines.length
}

function lineOf({ id, cited }: Verdict): ProvedLine {
  const passes = cited.filter(({ state, stale }) => state === 'passed' && !stale)
  const fast = passes.filter(({ report }) => report === 'fast')
  const behind = fast.length > 0 ? fast : passes
  const [first = [], ...others] = behind.map(beyondRepository)
  const needs = first.filter((engine) => others.every((engines) => engines.includes(engine)))
  const long = fast.length > 0 ? undefined : behind[0]?.report.replace(/^long-/, '')
  return { id, needs, ...(long ? { long } : {}) }
}

/** The embedded database comes with the packages: a proof on it needs nothing more. */
function beyondRepository(test: Verdict['cited'][number]): Engine[] {
  return enginesOf(test).filter((engine) => engine !== 'embedded database')
}
