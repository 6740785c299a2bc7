import { mkdir, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openData, pgliteMajor } from '../src/adapters/open-data.ts'
import { silentLogger } from '../src/ports/logger.ts'
import { startServer } from '../src/compose.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mothership-pglite-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

describe('PGlite', () => {
  it('is of the major version that its data directory is pinned to', async () => {
    const directory = join(home, 'pinned')
    await mkdir(directory)
    const database = await openData(directory, { engine: 'pglite' }, silentLogger)
    const { rows } = await database.db.execute(
      sql`select current_setting('server_version_num')::int / 10000 as major`,
    )
    expect(rows).toEqual([{ major: pgliteMajor }])
    await database.close()
    const written = Number(await readFile(join(directory, 'pglite', 'PG_VERSION'), 'utf8'))
    expect(written).toBe(pgliteMajor)
  })

  it('runs the whole server, one at a time on a directory, and keeps the data', async () => {
    const dataDirectory = join(home, 'server')
    const database = { engine: 'pglite' } as const
    const first = await startServer({ dataDirectory, database, checkAnswers: true })
    expect((await fetch(`${first.url}/api/v1/marketplace/health`)).status).toBe(200)
    expect((await stat(join(dataDirectory, 'pglite'))).mode & 0o777).toBe(0o700)
    await expect(startServer({ dataDirectory, database })).rejects.toThrow('in use by process')
    await first.close()
    const second = await startServer({ dataDirectory, database })
    expect(second.mothership_id).toBe(first.mothership_id)
    await second.close()
  })
})
