// Run by a test and killed in the middle: opens the data directory, says the database's pid, then says every row it wrote.
import { readFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'drizzle-orm'
import { openData } from '../src/adapters/open-data.ts'
import { silentLogger } from '../src/ports/logger.ts'

const [dataDirectory = '', round = ''] = process.argv.slice(2)
const { db } = await openData(dataDirectory, { engine: 'embedded' }, silentLogger)
const [pid] = readFileSync(join(dataDirectory, 'postgres', 'postmaster.pid'), 'utf8').split('\n')
writeSync(1, `${pid}\n`)

const write = async (lane: number): Promise<void> => {
  for (let number = lane; ; number += 4) {
    await db.execute(
      sql`insert into mothership_facts (name, value) values (${`ack-${round}-${number}`}, '1')`,
    )
    writeSync(1, `${number}\n`)
  }
}
await Promise.all([0, 1, 2, 3].map(write))
