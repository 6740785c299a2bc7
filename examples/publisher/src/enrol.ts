import { createMothership, type Mothership } from '@mothership/client'
import { createSigner, generateKeyPair, type Signer } from '@mothership/manifest'

/** What a publisher works with: a client that knows them, and the key that signs. */
export interface Desk {
  readonly mothership: Mothership<never>
  readonly signer: Signer
  readonly namespace: string
  readonly author_id: string
}

/**
 * Registers an author with one namespace of the same name and a new key. The operator makes the account; the key is made
 * here and only its public half is sent. A real publisher keeps `generateKeyPair().secret_key` in a safe place.
 */
export async function enrol(url: string, operatorKey: string, author: string): Promise<Desk> {
  const operator = createMothership({ url, apiKey: operatorKey, strict: true })
  const { access_key } = await operator.publishers.create({
    author_id: author,
    display_name: author,
    namespaces: [author],
  })
  const mothership = createMothership({ url, apiKey: access_key, strict: true })
  const signer = createSigner(generateKeyPair())
  await mothership.publishers.addKey(author, signer)
  return { mothership, signer, namespace: author, author_id: author }
}
