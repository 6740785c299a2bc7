import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { ServerError } from '../errors.ts'

/**
 * Where the migrations lie: `src/db/migrations` of this package, whether this code runs from `src/` or from a chunk in
 * `dist/`, whose depth differs. They are shipped with the package (`files`).
 */
export function migrationsFolder(): string {
  let directory = dirname(fileURLToPath(import.meta.url))
  for (;;) {
    const folder = join(directory, 'src', 'db', 'migrations')
    if (existsSync(join(folder, 'meta', '_journal.json'))) return folder
    const parent = dirname(directory)
    if (parent === directory) break
    directory = parent
  }
  throw new ServerError(
    'database_failed',
    'the migrations are missing: expected src/db/migrations within the @mothership/reference-server package; install the package again',
  )
}
