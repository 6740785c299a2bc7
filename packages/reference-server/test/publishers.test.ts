import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProblemDocument } from '@mothership/client/contract'
import { createSigner, generateKeyPair, type KeyRecord, keyIdOf } from '@mothership/manifest'
import { databaseEngines } from '../src/testing/test-database.ts'
import { answer, type Author, proofOf, registerAuthor } from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('publishers on $name', (engine) => {
  let app: TestApp
  let ada: Author
  let bob: Author

  beforeAll(async () => {
    app = await createTestApp(engine)
    ada = await registerAuthor(app, 'ada', ['ada', 'analytical-engines'])
    bob = await registerAuthor(app, 'bob')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const keysOf = (author: string): string => `/api/v1/publishers/${author}/keys`

  async function refusal(response: Response): Promise<string> {
    return ((await response.json()) as ProblemDocument).code
  }

  it('[C7] lists the keys of an author as a keyring takes them', async () => {
    const { keys } = await answer<{ keys: KeyRecord[] }>(await app.request(keysOf('ada')), 200)
    expect(keys).toHaveLength(1)
    expect(keys[0]).toMatchObject({
      key_id: ada.keyPair.key_id,
      author_id: 'ada',
      namespaces: ['ada', 'analytical-engines'],
    })
  })

  it('[C7] registers a further key with proof of possession, once', async () => {
    const signer = createSigner(generateKeyPair())
    const json = await proofOf('ada', signer)
    const added = await app.request(keysOf('ada'), { key: ada.accessKey, json })
    expect(await answer<KeyRecord>(added, 201)).toMatchObject({ key_id: signer.key_id })
    const again = await app.request(keysOf('ada'), { key: ada.accessKey, json })
    expect(await refusal(again)).toBe('key_exists')
  })

  it('[C7] refuses a key whose proof another key made, or that was made for another author', async () => {
    const signer = createSigner(generateKeyPair())
    const other = await proofOf('ada', createSigner(generateKeyPair()))
    const { public_key } = await proofOf('ada', signer)
    for (const json of [{ public_key, proof: other.proof }, await proofOf('bob', signer)]) {
      const refused = await app.request(keysOf('ada'), { key: ada.accessKey, json })
      expect(await refusal(refused)).toBe('invalid_proof')
    }
  })

  it('[TM9] refuses a key of small order, whatever its proof', async () => {
    const proof = Buffer.alloc(64)
    proof[0] = 1 // R is the neutral element: the trivial signature that holds for such a key everywhere else
    for (const public_key of [
      '0100000000000000000000000000000000000000000000000000000000000000',
      'ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f',
    ]) {
      const refused = await app.request(keysOf('ada'), {
        key: ada.accessKey,
        json: { public_key, proof: proof.toString('base64url') },
      })
      expect(await refusal(refused)).toBe('invalid_proof')
      expect(keyIdOf(Buffer.from(public_key, 'hex'))).toHaveLength(43)
    }
  })

  it('[TS1] lets nobody register a key for another author', async () => {
    const json = await proofOf('ada', createSigner(generateKeyPair()))
    const refused = await app.request(keysOf('ada'), { key: bob.accessKey, json })
    expect(await refusal(refused)).toBe('forbidden')
  })

  it('[TS13] gives a namespace away once, and an author id once', async () => {
    const create = (author_id: string, namespaces: string[]): Promise<Response> =>
      app.request('/api/v1/publishers', {
        key: app.operatorKey,
        json: { author_id, display_name: author_id, namespaces },
      })
    expect(await refusal(await create('eve', ['eve', 'bob']))).toBe('namespace_taken')
    expect((await app.request(keysOf('eve'))).status, 'nothing of a refused author stays').toBe(404)
    expect(await refusal(await create('bob', ['robert']))).toBe('author_exists')
    expect(await refusal(await create('importer', ['importer']))).toBe('author_exists')
  })
})
