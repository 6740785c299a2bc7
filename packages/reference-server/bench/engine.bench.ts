// The embedded PostgreSQL against PGlite and, where one answers, a PostgreSQL server: `pnpm bench engine`.
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Client } from 'pg'

interface Result {
  name: string
  unit: string
  ours: number
  peers: Record<string, number>
  ratios: Record<string, number>
}

const rounds = 3

const figures = [
  { key: 'first_start_ms', name: 'first start, schema included', unit: 'ms', small: true },
  { key: 'start_ms', name: 'start', unit: 'ms', small: true },
  { key: 'stop_ms', name: 'stop', unit: 'ms', small: true },
  {
    key: 'memory_mib',
    name: 'memory under load, our process and the engine',
    unit: 'MiB',
    small: true,
  },
  { key: 'reads_per_second', name: 'reads by key, ten at once', unit: '/s', small: false },
  { key: 'commits_per_second', name: 'commits, ten at once', unit: '/s', small: false },
  { key: 'held_ms', name: 'event loop held by a heavy query', unit: 'ms', small: true },
] as const

type Figures = Record<(typeof figures)[number]['key'], number>

/** Medians of three rounds, engines taking turns. A ratio above 1 is in our favour. */
export default async function benchEngines(): Promise<Result[]> {
  const measured = new Map<string, Figures[]>()
  const server = await createServerDatabase()
  for (let round = 0; round < rounds; round += 1) {
    for (const engine of ['embedded', 'pglite', ...(server === undefined ? [] : ['postgres'])]) {
      const directory = await mkdtemp(join(tmpdir(), 'mothership-bench-'))
      try {
        const place = engine === 'postgres' ? (server?.url ?? '') : join(directory, engine)
        measured.set(engine, [...(measured.get(engine) ?? []), await probe(engine, place)])
      } finally {
        await rm(directory, { recursive: true, force: true })
      }
    }
  }
  await server?.drop()
  return figures.map(({ key, name, unit, small }) => {
    const of = (engine: string): number =>
      median((measured.get(engine) ?? []).map((all) => all[key]))
    const ours = of('embedded')
    const engines = [...measured.keys()].filter((engine) => engine !== 'embedded')
    // A server that somebody else started says nothing about starting or about memory.
    const comparable = engines.filter(
      (engine) => engine !== 'postgres' || !/start|stop|memory/.test(key),
    )
    return {
      name: `embedded database: ${name}`,
      unit,
      ours,
      peers: Object.fromEntries(comparable.map((engine) => [engine, of(engine)])),
      ratios: Object.fromEntries(
        comparable.map((engine) => [engine, small ? of(engine) / ours : ours / of(engine)]),
      ),
    }
  })
}

async function probe(engine: string, place: string): Promise<Figures> {
  const file = fileURLToPath(new URL('./engine-probe.ts', import.meta.url))
  const { stdout } = await promisify(execFile)(process.execPath, [file, engine, place])
  return JSON.parse(stdout) as Figures
}

/** A database of its own on the PostgreSQL server here, if there is one. */
async function createServerDatabase(): Promise<
  { url: string; drop: () => Promise<void> } | undefined
> {
  const given = process.env['DATABASE_URL']
  const socket = existsSync('/var/run/postgresql/.s.PGSQL.5432')
  const user = process.env['USER'] ?? 'root'
  const url =
    given !== undefined && given !== ''
      ? given
      : socket
        ? `postgres://${user}@/postgres?host=/var/run/postgresql`
        : undefined
  if (url === undefined) return undefined
  const name = `mothership_bench_${process.pid}`
  const run = async (command: string): Promise<void> => {
    const client = new Client({ connectionString: url })
    await client.connect()
    await client.query(command)
    await client.end()
  }
  await run(`create database ${name}`)
  return {
    url: url.replace(/^([a-z]+:\/\/[^/?]*)[^?]*/, `$1/${name}`),
    drop: () => run(`drop database ${name} with (force)`),
  }
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}
