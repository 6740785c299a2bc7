import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { SecretStore } from '../ports/secret-store.ts'
import { createFile, replaceFile } from './durable-files.ts'

/** Secrets as files of mode 0600 in a directory of mode 0700. */
export function createDirectorySecretStore(directory: string): SecretStore {
  const fileOf = async (name: string): Promise<string> => {
    if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
      throw new TypeError(`a secret's name is kebab-case, not "${name}"`)
    }
    await mkdir(directory, { recursive: true, mode: 0o700 })
    return join(directory, name)
  }
  const read = async (name: string): Promise<Uint8Array | undefined> => {
    try {
      return new Uint8Array(await readFile(await fileOf(name)))
    } catch (error) {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
      throw error
    }
  }
  return {
    read,
    readOrCreate: async (name, create) => {
      const present = await read(name)
      if (present !== undefined) return present
      const made = await create()
      if (await createFile(await fileOf(name), made)) return made
      return (await read(name)) ?? made // Somebody else was quicker.
    },
    write: async (name, secret) => replaceFile(await fileOf(name), secret),
  }
}
