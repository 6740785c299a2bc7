import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { ServerError } from '../errors.ts'
import { replaceFile } from './durable-files.ts'

/** Which engine wrote the data in a data directory, and in which format. */
export interface EngineRecord {
  readonly engine: 'embedded' | 'pglite'
  /** PostgreSQL's major version, which decides the format of its files. */
  readonly major: number
}

const recordSchema = z.object({ engine: z.enum(['embedded', 'pglite']), major: z.number().int() })

/** Where each engine keeps its files within a data directory. */
export const engineDirectories = { embedded: 'postgres', pglite: 'pglite' } as const

/**
 * Refuses a data directory that was written by another engine, or by another major version of this one.
 *
 * @throws ServerError `engine_mismatch`, naming what to do.
 */
export async function assertEngine(dataDirectory: string, wanted: EngineRecord): Promise<void> {
  const found = await readRecord(dataDirectory)
  if (found === undefined) return
  if (found.engine === wanted.engine && found.major === wanted.major) return
  const kept =
    found.engine === wanted.engine
      ? `run the version of the server that brings PostgreSQL ${found.major}`
      : found.engine === 'pglite'
        ? 'start with MOTHERSHIP_ENGINE=pglite'
        : 'start without MOTHERSHIP_ENGINE=pglite'
  throw new ServerError(
    'engine_mismatch',
    `the data in ${dataDirectory} was written by ${describe(found)}, and this server was started with ${describe(wanted)}: ${kept}, or choose an empty directory with MOTHERSHIP_DATA_DIR. The commands that will move data between engines, \`mothership backup\` and \`mothership restore\`, are not part of this version yet`,
  )
}

/** Pins the engine, once its database is there. */
export async function recordEngine(dataDirectory: string, record: EngineRecord): Promise<void> {
  const path = join(dataDirectory, 'engine.json')
  if (!existsSync(path)) await replaceFile(path, `${JSON.stringify(record)}\n`)
}

async function readRecord(dataDirectory: string): Promise<EngineRecord | undefined> {
  const path = join(dataDirectory, 'engine.json')
  try {
    return recordSchema.parse(JSON.parse(await readFile(path, 'utf8')))
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) {
      throw new ServerError(
        'engine_mismatch',
        `${path} is not readable as the record of an engine: expected {"engine": "embedded" or "pglite", "major": number}; restore the file`,
        { cause: error },
      )
    }
  }
  // A crash may have come between making the database and recording it.
  for (const engine of ['embedded', 'pglite'] as const) {
    const version = join(dataDirectory, engineDirectories[engine], 'PG_VERSION')
    if (!existsSync(version)) continue
    return { engine, major: Number.parseInt(await readFile(version, 'utf8'), 10) }
  }
  return undefined
}

function describe({ engine, major }: EngineRecord): string {
  return `${engine === 'pglite' ? 'PGlite' : 'the embedded PostgreSQL'} (major version ${major})`
}
