// Submits a plugin as a new author:
// MOTHERSHIP_API_KEY=$(cat .mothership/operator-key) node examples/publisher/src/main.ts FOLDER AUTHOR
import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { enrol } from './enrol.ts'
import { publish } from './publish.ts'

const [folder, author] = process.argv.slice(2)
const operatorKey = process.env['MOTHERSHIP_API_KEY']
if (folder === undefined || author === undefined || operatorKey === undefined) {
  console.error('usage: MOTHERSHIP_API_KEY=<operator key> node main.ts FOLDER AUTHOR')
  process.exit(2)
}

const url = process.env['MOTHERSHIP_URL'] ?? 'http://127.0.0.1:8787'
const out = join(tmpdir(), `${randomUUID()}.tar.gz`)
try {
  const submission = await publish(await enrol(url, operatorKey, author), folder, out)
  console.log(
    `${submission.slug} ${submission.version} is ${submission.status} as ${submission.id}`,
  )
} finally {
  await rm(out, { force: true })
}
