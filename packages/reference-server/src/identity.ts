import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import type { Database } from './db/database.ts'
import { mothershipFacts } from './db/schema/mothership.ts'
import { packageVersion } from './package-version.ts'
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
