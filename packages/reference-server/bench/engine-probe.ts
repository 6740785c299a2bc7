// Run by engine.bench.ts, one process an engine, so that memory and the event loop are that engine's alone.
// `engine-probe.ts embedded|pglite DIRECTORY` or `engine-probe.ts postgres URL`; prints one JSON object.
import { readdirSync, readFileSync } from 'node:fs'
import { sql } from 'drizzle-orm'
import { openDatabase, type DatabaseSource } from '../src/db/index.ts'

const [engine = '', place = ''] = process.argv.slice(2)
const source = (
  engine === 'postgres' ? { engine, url: place } : { engine, directory: place }
) as DatabaseSource

await import('drizzle-orm/pg-core') // What all engines need is no engine's cost.
const before = process.memoryUsage.rss()
const firstStart = await timed(async () => {
  const database = await openDatabase(source)
  await database.migrate()
  return database
})
await firstStart.value.close()
const start = await timed(() => openDatabase(source))
const database = start.value
const { db } = database

await db.execute(sql`create table if not exists bench (id int primary key, body text not null)`)
await db.execute(
  sql`insert into bench select n, repeat('x', 500) from generate_series(1, 20000) n on conflict do nothing`,
)
const point = (n: number): Promise<unknown> =>
  db.execute(sql`select body from bench where id = ${(n * 7919) % 20_000}`)
const reads = await perSecond(4_000, 10, point)
const commits = await perSecond(400, 10, (n) =>
  db.execute(
    sql`insert into bench values (${100_000 + n}, 'y') on conflict (id) do update set body = 'z'`,
  ),
)

const memory = process.memoryUsage.rss() - before + postgresMemory()
const held = await longestPause(() =>
  db.execute(
    sql`select count(*) from bench a, bench b where a.id <= 15 and md5(a.body || b.id) < '1'`,
  ),
)
const stop = await timed(() => database.close())

process.stdout.write(
  `${JSON.stringify({
    first_start_ms: firstStart.ms,
    start_ms: start.ms,
    stop_ms: stop.ms,
    reads_per_second: reads,
    commits_per_second: commits,
    memory_mib: memory / 2 ** 20,
    held_ms: held,
  })}\n`,
)

async function timed<Value>(run: () => Promise<Value>): Promise<{ value: Value; ms: number }> {
  const started = performance.now()
  const value = await run()
  return { value, ms: performance.now() - started }
}

async function perSecond(
  count: number,
  lanes: number,
  run: (n: number) => Promise<unknown>,
): Promise<number> {
  for (let n = 0; n < lanes * 10; n += 1) await run(n)
  let next = 0
  const started = performance.now()
  await Promise.all(
    Array.from({ length: lanes }, async () => {
      while (next < count) await run(next++)
    }),
  )
  return count / ((performance.now() - started) / 1_000)
}

/** How long a timer that is due every millisecond was kept waiting. */
async function longestPause(run: () => Promise<unknown>): Promise<number> {
  let last = performance.now()
  let longest = 0
  const tick = (): void => {
    longest = Math.max(longest, performance.now() - last)
    last = performance.now()
  }
  const timer = setInterval(tick, 1)
  await run()
  tick()
  clearInterval(timer)
  return longest
}

/** Proportional size of the processes of our cluster: shared pages count once. 0 where the engine is not a process of ours. */
function postgresMemory(): number {
  if (engine !== 'embedded' || process.platform !== 'linux') return 0
  const [leader] = readFileSync(`${place}/postmaster.pid`, 'utf8').split('\n')
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && belongsTo(name, leader ?? ''))
    .map((pid) => readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))
    .reduce((sum, text) => sum + Number(/^Pss:\s+(\d+)/m.exec(text)?.[1] ?? 0) * 1024, 0)
}

function belongsTo(pid: string, leader: string): boolean {
  try {
    const [, rest = ''] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')
    return pid === leader || rest.split(' ')[1] === leader
  } catch {
    return false // Ended in the meantime.
  }
}
