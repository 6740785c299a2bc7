import { join } from 'node:path'
import type { DatabaseConfig } from '../config/config.ts'
import type { OpenDatabase } from '../db/database.ts'
import { openDatabase } from '../db/open-database.ts'
import type { Logger } from '../ports/logger.ts'
import { lockDataDirectory, type DataDirectoryLock } from './data-directory-lock.ts'
import { assertEngine, engineDirectories, recordEngine } from './engine-record.ts'

/** PostgreSQL's major version in the PGlite that this package depends on; a test compares. */
export const pgliteMajor = 18

/**
 * Opens the database of a data directory under the directory's lock, which guards the life of the engine: whoever holds it is
 * the only one to start, adopt or stop it. A database server of its own (`postgres`) needs no lock, since any number of servers
 * may use it. Closing gives the lock back last.
 *
 * @throws ServerError `data_directory_locked`, `engine_mismatch`, and what the engine throws.
 */
export async function openData(
  dataDirectory: string,
  config: DatabaseConfig,
  log: Logger,
): Promise<OpenDatabase> {
  if (config.engine === 'postgres') return openDatabase(config, { log })
  const lock = await lockDataDirectory(dataDirectory)
  try {
    const record = { engine: config.engine, major: await majorOf(config.engine) }
    await assertEngine(dataDirectory, record)
    const directory = join(dataDirectory, engineDirectories[config.engine])
    const database = await openDatabase({ engine: config.engine, directory }, { log })
    await recordEngine(dataDirectory, record)
    return releasing(database, lock)
  } catch (error) {
    await lock.release()
    throw error
  }
}

async function majorOf(engine: 'embedded' | 'pglite'): Promise<number> {
  if (engine === 'pglite') return pgliteMajor
  const { findBinaries } = await import('./embedded-postgres/index.ts')
  return (await findBinaries()).major
}

function releasing(database: OpenDatabase, lock: DataDirectoryLock): OpenDatabase {
  const close = async (): Promise<void> => {
    try {
      await database.close()
    } finally {
      await lock.release()
    }
  }
  return { ...database, close, [Symbol.asyncDispose]: close }
}
