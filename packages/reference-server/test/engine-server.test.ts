import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { startServer } from '../src/compose.ts'
import { databaseEngines } from '../src/testing/test-database.ts'

let home: string
beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mothership-servers-'))
})
afterAll(() => rm(home, { recursive: true, force: true }))

describe.each(await databaseEngines())(
  'servers over a database of $name that others run',
  ({ createUrl, name }) => {
    it('share it, and one data directory, in any number, and leave it running', async () => {
      const database = { engine: 'postgres', url: await createUrl() } as const
      const dataDirectory = join(home, name)
      const options = { dataDirectory, database, checkAnswers: true }
      // At the same moment: the schema, the identity and the operator's key are made once all the same.
      const [first, second] = await Promise.all([startServer(options), startServer(options)])
      expect(second.mothership_id).toBe(first.mothership_id)
      expect((await stat(first.operatorKeyFile)).mode & 0o777).toBe(0o600)
      expect(await readdir(dataDirectory)).toEqual(
        expect.not.arrayContaining(['server.lock', 'engine.json']),
      )
      await first.close()
      expect((await fetch(`${second.url}/api/v1/marketplace/health`)).status).toBe(200)
      await second.close()
      await expect(fetch(`${second.url}/api/v1/marketplace/health`)).rejects.toThrow()

      const third = await startServer(options)
      expect(third.mothership_id).toBe(first.mothership_id)
      await third.close()
    })
  },
)

describe('a server that cannot start', () => {
  it('says which database it asked, without the password, and gives everything back', async () => {
    const database = { engine: 'postgres', url: 'postgres://me:hunter2@127.0.0.1:1/none' } as const
    const start = startServer({ dataDirectory: join(home, 'nothing'), database })
    await expect(start).rejects.toThrow(
      /no PostgreSQL answered at 127\.0\.0\.1:1\/none.*DATABASE_URL/,
    )
    await expect(start).rejects.not.toThrow(/hunter2/)
  })

  it('says that the port is taken, and how to choose another', async () => {
    const [engine] = await databaseEngines()
    const database = { engine: 'postgres', url: (await engine?.createUrl()) ?? '' } as const
    const first = await startServer({ dataDirectory: join(home, 'port'), database })
    const port = Number(new URL(first.url).port)
    const second = startServer({ dataDirectory: join(home, 'port'), database, port })
    await expect(second).rejects.toThrow(`port ${port} of 127.0.0.1 is taken`)
    await first.close()
  })
})
