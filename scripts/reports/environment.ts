// What a test may need beyond the repository, whether it is here, and which tests ask for it.
// A test says what it runs on in its name ("on PostgreSQL", "on Redis", "in a browser") or in its skip note.
import { existsSync, readFileSync } from 'node:fs'
import { connect } from 'node:net'
import { delimiter, join } from 'node:path'
import { root } from './report-files.ts'
import type { TestEntry } from './report-files.ts'

export type Engine = 'embedded database' | 'PostgreSQL' | 'Redis' | 'browser' | '../shared'

export interface Environment {
  engine: Engine
  present: boolean
  /** How it was looked for; the reason when it is missing. */
  detail: string
}

const namePatterns: Record<Engine, RegExp> = {
  'embedded database': /\bon embedded\b|\bembedded (database|postgres\w*)|\bon PGlite\b/i,
  PostgreSQL: /\bon (a )?postgres(ql)?\b|\bDATABASE_URL\b/i,
  Redis: /\bRedis\b|\bREDIS_URL\b/i,
  browser: /\bin (a|the) browser\b|\bchromium\b/i,
  '../shared': /\.\.\/shared\b|\bshared (vectors|data|spec|folder|marketplaces)\b/i,
}

/** A test file names the folder beside the repository in its code rather than in each test's name. */
const readsShared = /['"`/]shared[-'"`/.]/

export function enginesOf(test: TestEntry): Engine[] {
  const said = `${test.name} ${test.state === 'skipped' ? (test.note ?? '') : ''}`
  const engines = Object.keys(namePatterns) as Engine[]
  return engines.filter(
    (engine) =>
      namePatterns[engine].test(said) || (engine === '../shared' && readsShared.test(text(test))),
  )
}

export async function readEnvironment(): Promise<Environment[]> {
  const { DATABASE_URL, REDIS_URL } = process.env
  const postgres = DATABASE_URL
    ? 'DATABASE_URL is set'
    : existsSync('/var/run/postgresql/.s.PGSQL.5432') || (await answers(5432))
      ? 'a local server is there'
      : undefined
  const redis = REDIS_URL
    ? 'REDIS_URL is set'
    : (await answers(6379))
      ? 'a local server is there'
      : undefined
  const browser = findBrowser()
  return [
    { engine: 'embedded database', present: true, detail: 'comes with the packages' },
    {
      engine: 'PostgreSQL',
      present: postgres !== undefined,
      detail: postgres ?? 'no DATABASE_URL, and no server on the local socket or port',
    },
    {
      engine: 'Redis',
      present: redis !== undefined,
      detail: redis ?? 'no REDIS_URL, and no server on the local port',
    },
    { engine: 'browser', present: browser !== undefined, detail: browser ?? 'no Chromium on PATH' },
    {
      engine: '../shared',
      present: existsSync(join(root, '..', 'shared')),
      detail: 'the folder of shared vectors and data beside the repository',
    },
  ]
}

const texts = new Map<string, string>()

function text({ file }: TestEntry): string {
  const path = join(root, file)
  let known = texts.get(file)
  if (known === undefined) {
    known = existsSync(path) ? readFileSync(path, 'utf8') : ''
    texts.set(file, known)
  }
  return known
}

function findBrowser(): string | undefined {
  const names = ['chromium', 'chromium-browser', 'google-chrome']
  for (const folder of (process.env['PATH'] ?? '').split(delimiter)) {
    for (const name of names) {
      const path = join(folder, name)
      if (folder && existsSync(path)) return path
    }
  }
  return undefined
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (answer: boolean): void => {
      socket.destroy()
      resolve(answer)
    }
    socket.setTimeout(500, () => end(false))
    socket.on('connect', () => end(true))
    socket.on('error', () => end(false))
  })
}
