import {
  canonicalize,
  cryptoBackend,
  ed25519,
  ManifestError,
  parseJson,
  sha256,
  verifyManifest,
  createKeyring,
} from '../src/index.ts'

/** What a page needs to fill one column of the table of verdicts; bundled by the test that opens the browser. */
export const column = {
  backend: (): string => cryptoBackend(),
  signature(signature: string, message: string, publicKey: string): boolean {
    return ed25519.verify(fromHex(signature), fromHex(message), fromHex(publicKey))
  },
  /** The digest of the canonical form, or the code of the refusal. */
  json(hex: string): string {
    try {
      return sha256(canonicalize(parseJson(fromHex(hex))))
    } catch (error) {
      return error instanceof ManifestError ? error.code : 'another error'
    }
  },
  manifest(text: string, keys: string, at: string): string {
    const verdict = verifyManifest(text, createKeyring(JSON.parse(keys)), { at })
    return verdict.valid ? `valid ${verdict.manifest_sha256}` : verdict.reason
  },
}

function fromHex(hex: string): Uint8Array {
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16))
}
