import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openData } from '../src/adapters/open-data.ts'
import { isRunning, processStart, waitForEnd } from '../src/adapters/process-identity.ts'
import { silentLogger } from '../src/ports/logger.ts'

// PGlite takes seconds to open under load, so it gets fewer.
const roundsOn = { embedded: 20, pglite: 8 } as const
const writer = fileURLToPath(new URL('./acknowledged-writer.ts', import.meta.url))

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mothership-crash-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

/** Writes in a process of its own until it is killed, after as many acknowledgements as told; answers these. */
async function writeUntilKilled(
  engine: string,
  directory: string,
  round: number,
  after: number,
): Promise<{ pid: number; acknowledged: string[] }> {
  const child = spawn(
    process.execPath,
    ['--conditions=@mothership/source', writer, engine, directory, String(round)],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let output = ''
  await new Promise<void>((resolve, reject) => {
    child.stdout.on('data', (piece: Buffer) => {
      output += piece.toString()
      if (output.split('\n').length > after + 2) child.kill('SIGKILL')
    })
    child.once('close', () => resolve())
    child.once('error', reject)
  })
  const [pid, ...acknowledged] = output.slice(0, output.lastIndexOf('\n')).split('\n')
  return { pid: Number(pid), acknowledged }
}

/** Opens after the crash, and answers which acknowledged rows are not there. */
async function lostRows(
  engine: 'embedded' | 'pglite',
  directory: string,
  round: number,
  acknowledged: readonly string[],
): Promise<string[]> {
  const database = await openData(directory, { engine }, silentLogger)
  const { rows } = await database.db.execute<{ name: string }>(
    sql`select name from mothership_facts where name like ${`ack-${round}-%`}`,
  )
  const found = new Set(rows.map(({ name }) => name))
  await database.close()
  return acknowledged.filter((number) => !found.has(`ack-${round}-${number}`))
}

describe.each(['embedded', 'pglite'] as const)(
  'a server on %s, killed with -9 while writing',
  (engine) => {
    it(`[M5] loses no acknowledged write in ${roundsOn[engine]} rounds, and leaves no process the next start does not end`, async () => {
      const directory = join(home, engine)
      await mkdir(directory)
      for (let round = 0; round < roundsOn[engine]; round += 1) {
        const after = 1 + ((round * 7919) % 97) // Another moment each time.
        const { pid, acknowledged } = await writeUntilKilled(engine, directory, round, after)
        expect(acknowledged.length).toBeGreaterThanOrEqual(after)
        // Every third time the database dies too, as in a power cut that spares the disk.
        if (engine === 'embedded' && round % 3 === 2) {
          process.kill(pid, 'SIGKILL')
          await waitForEnd(pid, 10_000)
        } else if (engine === 'embedded') {
          expect(isRunning(pid)).toBe(true)
        }
        expect(await lostRows(engine, directory, round, acknowledged)).toEqual([])
        expect(await processStart(pid)).toBeUndefined()
      }
    })
  },
)
