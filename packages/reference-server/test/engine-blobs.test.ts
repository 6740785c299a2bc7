import { mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openDirectoryBlobStore } from '../src/adapters/directory-blob-store.ts'
import { createDirectorySecretStore } from '../src/adapters/directory-secret-store.ts'
import { blobStoreConformance } from '../src/testing/blob-store-conformance.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mothership-blobs-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

describe('the directory blob store', () => {
  it.each(blobStoreConformance)('$name', async ({ run }) => {
    await run(await openDirectoryBlobStore(join(directory, 'blobs')))
  })

  it('leaves nothing half written behind, and lets nobody else in', async () => {
    expect(await readdir(join(directory, 'blobs', 'incoming'))).toEqual([])
    expect((await stat(join(directory, 'blobs'))).mode & 0o777).toBe(0o700)
  })
})

describe('the directory secret store', () => {
  it('makes a secret once, however many ask at the same time, and keeps it from other users', async () => {
    const secrets = createDirectorySecretStore(join(directory, 'secrets'))
    expect(await secrets.read('importer-key')).toBeUndefined()
    const asked = await Promise.all(
      [1, 2, 3, 4].map((n) =>
        secrets.readOrCreate('importer-key', () => Promise.resolve(new Uint8Array([n]))),
      ),
    )
    expect(new Set(asked.map((bytes) => bytes[0])).size).toBe(1)
    expect(await secrets.read('importer-key')).toEqual(asked[0])
    expect((await stat(join(directory, 'secrets', 'importer-key'))).mode & 0o777).toBe(0o600)
    expect(await readdir(join(directory, 'secrets'))).toEqual(['importer-key'])
  })

  it('never takes a name for a path', async () => {
    const secrets = createDirectorySecretStore(join(directory, 'secrets'))
    await expect(secrets.read('../server.lock')).rejects.toThrow('kebab-case')
  })
})
