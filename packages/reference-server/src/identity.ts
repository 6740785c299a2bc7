import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { eq } from 'drizzle-orm'
import type { Database } from './db/database.ts'
import { mothershipFacts } from './db/schema/mothership.ts'
import { migrationsFolder } from './db/migrations-folder.ts'
import type { ServerIdentity } from './ports/deps.ts'

/** Who this mothership is: its id is made once and kept with the data, whichever process is first. */
export async function readIdentity(db: Database): Promise<ServerIdentity> {
  await db
    .insert(mothershipFacts)
    .values({ name: 'mothership_id', value: randomUUID() })
    .onConflictDoNothing()
  const [fact] = await db
    .select({ value: mothershipFacts.value })
    .from(mothershipFacts)
    .where(eq(mothershipFacts.name, 'mothership_id'))
  return { mothership_id: String(fact?.value), version: await packageVersion() }
}

/** Version of this package, from its package.json. */
export async function packageVersion(): Promise<string> {
  const packageFile = join(dirname(dirname(dirname(migrationsFolder()))), 'package.json')
  const manifest: unknown = JSON.parse(await readFile(packageFile, 'utf8'))
  return typeof manifest === 'object' && manifest !== null && 'version' in manifest
    ? String(manifest.version)
    : '0.0.0'
}
