import { Certificate, createPrivateKey, createPublicKey } from 'node:crypto'
import { afterEach, describe, expect, it, vi } from 'vitest'
import {
  applyKeyRotation,
  assertPublicKey,
  createCallbackSigner,
  createKeyring,
  createSha256,
  createSigner,
  cryptoBackend,
  decryptKeyFile,
  ed25519,
  encryptKeyFile,
  exportPublicKey,
  exportSecretKey,
  generateKeyPair,
  importKeyPair,
  importPublicKey,
  isKeyFile,
  keyIdOf,
  keyPairFromSecret,
  ManifestError,
  namespaceOfSlug,
  sha256,
  signKeyRotation,
  signManifest,
  useCryptoBackend,
  verifyBatch,
} from '../src/index.ts'
import { fixedKeyPair, keyRecord, unsignedSkill } from './signed-manifest.ts'

afterEach(() => useCryptoBackend('auto'))

const pair = fixedKeyPair(1)
const next = fixedKeyPair(2)

/** Runs with another `process`, as other runtimes have it, or none. */
function withProcess(process: unknown, run: () => void): void {
  vi.stubGlobal('process', process)
  try {
    useCryptoBackend('auto')
    run()
  } finally {
    vi.unstubAllGlobals()
  }
}

describe('the choice of an implementation', () => {
  it.each([
    ['no process', undefined],
    ['a process without versions', {}],
    ['Bun', { versions: { node: '24.0.0', bun: '1.0.0' } }],
    ['Deno', { versions: { node: '24.0.0', deno: '2.0.0' } }],
    ['a Node too old to hand out its modules', { versions: { node: '18.0.0' } }],
  ])('falls on noble with %s, and refuses to be told otherwise', (_runtime, process) => {
    withProcess(process, () => {
      const chosen = cryptoBackend()
      let refusal: unknown
      try {
        useCryptoBackend('node')
      } catch (error) {
        refusal = error
      }
      expect(chosen).toBe('noble')
      expect(refusal).toBeInstanceOf(TypeError)
    })
    useCryptoBackend('node')
    expect(cryptoBackend()).toBe('node')
  })
})

describe('keys', () => {
  it('[C7] are not read from base64 that is none, and not written in a format that is none', () => {
    const body = exportPublicKey(pair.public_key, 'pem').split('\n')[1] ?? ''
    for (const wrong of [body.replace('=', ''), `${body}=`, body.replace(/.=$/, 'x=')]) {
      const pem = `-----BEGIN PUBLIC KEY-----\n${wrong}\n-----END PUBLIC KEY-----\n`
      expect(() => importPublicKey(pem), wrong).toThrow(ManifestError)
    }
    // The same 32 bytes under the identifier of X25519.
    const x25519 = exportPublicKey(pair.public_key, 'pem').replace('MCowBQYDK2Vw', 'MCowBQYDK2Vu')
    expect(() => importPublicKey(x25519)).toThrow(ManifestError)
    expect(exportPublicKey(pair.public_key, 'der' as never)).toBe('der')
    expect(exportSecretKey(pair, 'der' as never)).toBe('der')
  })

  it('[C8] do not come out of a file that names another key, or whose parts are no base64', async () => {
    const cost = { n: 1024, r: 1, p: 1 }
    const text = await encryptKeyFile({ ...pair, key_id: next.key_id }, 'a passphrase', cost)
    await expect(decryptKeyFile(text, 'a passphrase')).rejects.toMatchObject({
      code: 'invalid_key_file',
    })
    const file = JSON.parse(await encryptKeyFile(pair, 'a passphrase', cost)) as {
      kdf: object
      cipher: object
      sealed: string
    }
    for (const changed of [
      { sealed: '!'.repeat(64) },
      { kdf: { ...file.kdf, salt: '!'.repeat(22) } },
      { cipher: { ...file.cipher, iv: '!'.repeat(16) } },
    ]) {
      await expect(
        decryptKeyFile(JSON.stringify({ ...file, ...changed }), 'a passphrase'),
      ).rejects.toMatchObject({ code: 'wrong_passphrase' })
    }
  })

  it.each(['hex', 'pem', 'jwk'] as const)(
    '[C7] are exported and imported as %s, as node:crypto reads them',
    (format) => {
      const publicText = exportPublicKey(pair.public_key, format)
      const secretText = exportSecretKey(pair, format)
      expect(importPublicKey(publicText)).toEqual(pair.public_key)
      expect(importKeyPair(secretText)).toEqual(pair)
      if (format === 'pem') {
        const jwk = createPublicKey(publicText).export({ format: 'jwk' })
        expect(importPublicKey(jwk as never)).toEqual(pair.public_key)
        expect(
          importKeyPair(createPrivateKey(secretText).export({ format: 'jwk' }) as never),
        ).toEqual(pair)
      }
    },
  )

  it('[C7] sign and verify whatever error an earlier call left in the queue of OpenSSL', async () => {
    const fresh = keyPairFromSecret(new Uint8Array(32).fill(0x5e))
    const leaveError = (): unknown => Certificate.exportChallenge('no challenge at all')
    leaveError()
    const signature = await createSigner(fresh).sign(new Uint8Array(3))
    leaveError()
    expect(ed25519.verify(signature, new Uint8Array(3), fresh.public_key)).toBe(true)
  })

  it('have the thumbprint of RFC 8037 as their name', () => {
    const x = Buffer.from('11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo', 'base64url')
    expect(keyIdOf(new Uint8Array(x))).toBe('kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k')
  })

  it('[TM9] are refused when small, non-canonical, off the curve or of another length', () => {
    const bad = [
      '00'.repeat(32),
      `01${'00'.repeat(31)}`,
      `ecffff${'ff'.repeat(28)}7f`,
      `eeffff${'ff'.repeat(28)}7f`,
      `02${'00'.repeat(31)}`,
      'ab',
    ]
    for (const hex of bad) {
      expect(() => assertPublicKey(new Uint8Array(Buffer.from(hex, 'hex'))), hex).toThrow(
        ManifestError,
      )
      expect(() => importPublicKey(hex), hex).toThrow(ManifestError)
    }
    for (const text of [
      '',
      '{}',
      'not a key',
      '{"kty":"OKP","crv":"X25519","x":"AA"}',
      exportSecretKey(pair, 'pem'),
    ]) {
      expect(() => importPublicKey(text)).toThrow(/expected an Ed25519 public key/)
    }
    for (const text of [
      '',
      '{}',
      exportPublicKey(pair.public_key, 'jwk'),
      exportPublicKey(pair.public_key, 'pem'),
    ]) {
      expect(() => importKeyPair(text)).toThrow(/expected an Ed25519 secret key/)
    }
    const mixed = { ...(JSON.parse(exportSecretKey(pair, 'jwk')) as object), x: 'A'.repeat(43) }
    expect(() => importKeyPair(mixed as never)).toThrow(/x of the JWK to belong to d/)
    expect(() => keyPairFromSecret(new Uint8Array(31))).toThrow(/32 bytes, got 31 bytes/)
    expect(() => keyPairFromSecret('x' as never)).toThrow(/got a string/)
    expect(() => keyIdOf(new Uint8Array(3))).toThrow(/32 bytes/)
  })

  it.each(['node', 'noble'] as const)(
    'sign and verify on %s, alone and in batches',
    async (backend) => {
      useCryptoBackend(backend)
      expect(cryptoBackend()).toBe(backend)
      const made = generateKeyPair()
      const message = new TextEncoder().encode('message')
      const signature = await createSigner(made).sign(message)
      expect(ed25519.verify(signature, message, made.public_key)).toBe(true)
      const bad = { signature: new Uint8Array(63), message, publicKey: made.public_key }
      const offCurve = { signature, message, publicKey: Uint8Array.of(2, ...new Uint8Array(31)) }
      const noMessage = { signature, message: 'text' as never, publicKey: made.public_key }
      const batch = [{ signature, message, publicKey: made.public_key }, bad, offCurve, noMessage]
      expect(await verifyBatch(batch)).toEqual([true, false, false, false])
      for (const item of [bad, offCurve, noMessage]) {
        expect(ed25519.verify(item.signature, item.message, item.publicKey)).toBe(false)
      }
      expect(ed25519.verify(null as never, message, made.public_key)).toBe(false)
      expect(ed25519.verify(signature, message, 'key' as never)).toBe(false)
      const hash = createSha256()
      hash.update(message)
      expect(hash.digest()).toBe(sha256(message))
      expect(sha256(new Uint8Array())).toBe(
        'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
      )
    },
  )

  it('sign through a callback whose answer is checked', async () => {
    const honest = createCallbackSigner(pair.public_key, (message) =>
      createSigner(pair).sign(message),
    )
    expect((await signManifest(unsignedSkill(), honest)).manifest_signature.key_id).toBe(
      pair.key_id,
    )
    const wrong = createCallbackSigner(pair.public_key, (message) =>
      createSigner(next).sign(message),
    )
    await expect(signManifest(unsignedSkill(), wrong)).rejects.toThrow(/does not verify/)
  })

  it('are kept in files that only the passphrase opens', async () => {
    const text = await encryptKeyFile(pair, 'correct horse battery', { n: 1024 })
    expect(isKeyFile(text)).toBe(true)
    expect(isKeyFile('{}')).toBe(false)
    expect(text).not.toContain(Buffer.from(pair.secret_key).toString('base64url'))
    expect(await decryptKeyFile(text, 'correct horse battery')).toEqual(pair)
    await expect(decryptKeyFile(text, 'wrong')).rejects.toMatchObject({ code: 'wrong_passphrase' })
    const file = JSON.parse(text) as Record<string, unknown>
    const changed = JSON.stringify({ ...file, key_id: next.key_id })
    await expect(decryptKeyFile(changed, 'correct horse battery')).rejects.toMatchObject({
      code: 'wrong_passphrase',
    })
    const greedy = JSON.stringify({ ...file, kdf: { ...(file['kdf'] as object), n: 2 ** 30 } })
    await expect(decryptKeyFile(greedy, 'correct horse battery')).rejects.toMatchObject({
      code: 'invalid_key_file',
    })
    await expect(encryptKeyFile(pair, 'short')).rejects.toMatchObject({ code: 'invalid_key_file' })
  })
})

describe('many keys', () => {
  it('are verified one after the other without being kept for ever', async () => {
    const message = new Uint8Array(8)
    for (let index = 0; index < 1100; index += 1) {
      const publicKey = new Uint8Array(32).fill(9)
      publicKey[0] = index % 256
      publicKey[1] = index >> 8
      expect(ed25519.verify(new Uint8Array(64).fill(9), message, publicKey)).toBe(false)
    }
    expect(ed25519.verify(await createSigner(pair).sign(message), message, pair.public_key)).toBe(
      true,
    )
  })
})

describe('createKeyring', () => {
  it('refuses records that do not hold together', () => {
    const refusals: [object, RegExp][] = [
      [{ key_id: next.key_id }, /thumbprint/],
      [{ public_key: 'zz' }, /64 hexadecimal digits/],
      [{ public_key: '00'.repeat(32) }, /64 hexadecimal digits/],
      [{ valid_from: 'soon' }, /valid_from/],
      [{ valid_from: undefined }, /valid_from/],
      [{ revoked_at: 'later' }, /revoked_at/],
    ]
    for (const [changes, message] of refusals) {
      expect(() => createKeyring([keyRecord(pair, changes as never)])).toThrow(message)
    }
    expect(() => createKeyring([keyRecord(pair), keyRecord(pair)])).toThrow(/second time/)
    expect(createKeyring([keyRecord(pair)]).get('unknown')).toBeUndefined()
    expect(createKeyring([keyRecord(pair)]).publicKey('unknown')).toBeUndefined()
  })

  it('tells the namespace of a slug', () => {
    expect([
      namespaceOfSlug('acme.review'),
      namespaceOfSlug('acme.tools.review'),
      namespaceOfSlug('review'),
    ]).toEqual(['acme', 'acme', ''])
  })
})

describe('key rotation', () => {
  const ring = createKeyring([keyRecord(pair, { valid_until: '2027-01-01T00:00:00Z' })])
  const rotation = { author_id: 'acme', rotated_at: '2026-06-01T00:00:00Z' }

  it('[C7] hands over from the old key to the new one at its moment', async () => {
    const statement = await signKeyRotation(rotation, createSigner(pair), createSigner(next))
    const rotated = applyKeyRotation(ring, JSON.stringify(statement))
    expect(rotated.get(pair.key_id)?.valid_until).toBe(rotation.rotated_at)
    expect(rotated.get(next.key_id)).toMatchObject({
      author_id: 'acme',
      namespaces: ['acme'],
      valid_from: rotation.rotated_at,
      valid_until: '2027-01-01T00:00:00Z',
    })
    const open = applyKeyRotation(createKeyring([keyRecord(pair)]), statement as never)
    expect(open.get(next.key_id)?.valid_until).toBeUndefined()
  })

  it('[TM18] proves nothing with an unknown, revoked or other key, or a signature that does not hold', async () => {
    const good = await signKeyRotation(rotation, createSigner(pair), createSigner(next))
    const attempts: [unknown, RegExp, typeof ring?][] = [
      [{ ...good, extra: 1 }, /all its fields/],
      [{ ...good, old_key_id: 'x'.repeat(43) }, /old key of this keyring/],
      [{ ...good, author_id: 'other' }, /author of the old key/],
      [{ ...good, new_key_id: pair.key_id }, /one already known/],
      [{ ...good, new_public_key: 'ab'.repeat(32) }, /name of the new key/],
      [{ ...good, rotated_at: '2026-07-01T00:00:00Z' }, /does not hold/],
      [{ ...good, signatures: { ...good.signatures, new: good.signatures.old } }, /does not hold/],
      [
        good,
        /good at that time/,
        createKeyring([keyRecord(pair, { revoked_at: '2026-02-01T00:00:00Z' })]),
      ],
    ]
    for (const [statement, message, keyring] of attempts) {
      expect(() => applyKeyRotation(keyring ?? ring, statement as never)).toThrow(message)
    }
  })
})
