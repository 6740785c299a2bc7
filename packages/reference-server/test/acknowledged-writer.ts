// Run by a test and killed in the middle: opens the data directory, says which process keeps the data, then every row it wrote.
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { openData } from '../src/adapters/open-data.ts'
import { silentLogger } from '../src/ports/logger.ts'

const [engine = '', directory = '', round = ''] = process.argv.slice(2)
const database = await openData(
  directory,
  { engine: engine === 'pglite' ? 'pglite' : 'embedded' },
  silentLogger,
)
await database.migrate()
const [pid] =
  engine === 'pglite'
    ? [process.pid]
    : readFileSync(join(directory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
writeSync(1, `${pid}\n`)

const write = async (lane: number): Promise<void> => {
  for (let number = lane; ; number += 4) {
    await database.db.execute(
      sql`insert into mothership_facts (name, value) values (${`ack-${round}-${number}`}, '1')`,
    )
    writeSync(1, `${number}\n`)
  }
}
await Promise.all([0, 1, 2, 3].map(write))
