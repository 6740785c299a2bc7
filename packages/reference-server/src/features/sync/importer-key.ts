import { createSigner, generateKeyPair, keyPairFromSecret, type Signer } from '@mothership/manifest'
import type { SecretStore } from '../../ports/secret-store.ts'

/** The key that signs everything this mothership imports; made at its first use and kept among the server's secrets. */
export async function importerSigner(secrets: SecretStore): Promise<Signer> {
  const secret = await secrets.readOrCreate('importer-key', () =>
    Promise.resolve(generateKeyPair().secret_key),
  )
  return createSigner(keyPairFromSecret(secret))
}
