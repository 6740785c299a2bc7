import { chmod, mkdir, readdir, stat } from 'node:fs/promises'
import { ServerError } from '../errors.ts'

/** What a data directory holds; one of these tells it from a directory of something else. */
const ours = new Set([
  'blobs',
  'engine.json',
  'operator-key',
  'pglite',
  'postgres',
  'postgres.log',
  'secrets',
  'server.lock',
  'staging',
])

/** What may be in a new one: the mark of a mounted volume. */
const harmless = new Set(['lost+found', '.gitkeep', '.DS_Store'])

/**
 * Makes the data directory, or takes the one that is there, and closes it to other users (mode 0700).
 *
 * @throws ServerError `data_directory_unusable`, also for a directory that holds other things: its mode is not ours to change.
 */
export async function prepareDataDirectory(directory: string): Promise<void> {
  try {
    await mkdir(directory, { recursive: true, mode: 0o700 })
    const names = (await readdir(directory)).filter((name) => !harmless.has(name))
    if (
      names.length > 0 &&
      !names.some((name) => ours.has(name) || name.startsWith('postgres.new-'))
    ) {
      throw new ServerError(
        'data_directory_unusable',
        `${directory} is not a data directory: expected an empty one or one of this server's, found ${names.slice(0, 3).join(', ')}; set MOTHERSHIP_DATA_DIR to another`,
      )
    }
    if (((await stat(directory)).mode & 0o777) !== 0o700) await chmod(directory, 0o700)
  } catch (error) {
    if (error instanceof ServerError) throw error
    throw new ServerError(
      'data_directory_unusable',
      `the data directory ${directory} cannot be used: ${error instanceof Error ? error.message : String(error)}; make it writable for this user, or set MOTHERSHIP_DATA_DIR to another`,
      { cause: error },
    )
  }
}
