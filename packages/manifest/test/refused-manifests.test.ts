import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { fromBase64Url, toBase64Url } from '../src/crypto/base64.ts'
import {
  canonicalize,
  createKeyring,
  createSigner,
  encodeDsse,
  manifestDigest,
  type ManifestRefusal,
  parseJson,
  payloadTypes,
  useCryptoBackend,
  verifyManifest,
} from '../src/index.ts'
import { fixedKeyPair, keyRecord, signedSkill } from './signed-manifest.ts'

const pair = fixedKeyPair(1)
const other = fixedKeyPair(2)
const keyring = createKeyring([
  keyRecord(pair),
  keyRecord(other, { author_id: 'other', namespaces: ['other', 'acme'] }),
])
const at = '2026-02-01T00:00:00Z'
const signed = await signedSkill(pair)
const text = Buffer.from(canonicalize(signed)).toString('utf8')
const folder = fileURLToPath(new URL('../../../fixtures/manifests/', import.meta.url))

afterEach(() => useCryptoBackend('auto'))

function reasonOf(received: string | Uint8Array, moment = at): ManifestRefusal | 'valid' {
  const verdict = verifyManifest(received, keyring, { at: moment })
  return verdict.valid ? 'valid' : verdict.reason
}

/** The same signature with S + L, which verifies where S is not bounded. */
function malleable(signature: string): string {
  const bytes = fromBase64Url(signature) ?? new Uint8Array()
  const order = 2n ** 252n + 27742317777372353535851937790883648493n
  let s = 0n
  for (let index = 63; index >= 32; index -= 1) s = (s << 8n) | BigInt(bytes[index] ?? 0)
  s += order
  for (let index = 32; index < 64; index += 1) {
    bytes[index] = Number(s & 0xffn)
    s >>= 8n
  }
  return toBase64Url(bytes)
}

async function signedAs(payloadType: string): Promise<string> {
  const { manifest_signature: _replaced, ...rest } = signed
  const signature = await createSigner(pair).sign(encodeDsse(payloadType, canonicalize(rest)))
  return text.replace(signed.manifest_signature.sig, toBase64Url(signature))
}

const sig = signed.manifest_signature.sig
const slack = String.fromCharCode(sig.charCodeAt(85) + 1)

const refused: [string, string, ManifestRefusal, string][] = [
  ['TM1', 'key-twice', 'malformed', text.replace('"kind":', '"kind":"skill","kind":')],
  [
    'TM1',
    'key-twice-deep',
    'malformed',
    text.replace('"instructions":', '"instructions":"x","instructions":'),
  ],
  [
    'TM2',
    'prototype-key',
    'malformed',
    text.replace('{"author_id"', '{"__proto__":{"valid":true},"author_id"'),
  ],
  [
    'TM2',
    'constructor-key',
    'malformed',
    text.replace('"instructions"', '"constructor":{},"instructions"'),
  ],
  ['TM3', 'lone-surrogate', 'malformed', text.replace('Reviews', String.raw`\ud800`)],
  ['TM3', 'byte-order-mark', 'malformed', `\uFEFF${text}`],
  [
    'TM4',
    'number-too-large',
    'malformed',
    text.replace('"package_size":4096', '"package_size":1e400'),
  ],
  [
    'TM4',
    'number-rounded',
    'malformed',
    text.replace('"package_size":4096', '"package_size":9007199254740993'),
  ],
  [
    'TM4',
    'number-changed',
    'bad_signature',
    text.replace('"package_size":4096', '"package_size":4097'),
  ],
  [
    'TM7',
    'field-added',
    'bad_signature',
    text.replace('{"author_id"', '{"approved":true,"author_id"'),
  ],
  [
    'TM8',
    'field-removed',
    'bad_signature',
    text.replace('"permissions":["network:api.example.org"]', '"permissions":[]'),
  ],
  ['TM10', 'signature-plus-order', 'bad_signature', text.replace(sig, malleable(sig))],
  ['TM11', 'signature-cut', 'bad_signature', text.replace(sig, sig.slice(0, 85))],
  ['TM11', 'signature-slack-bits', 'bad_signature', text.replace(sig, sig.slice(0, 85) + slack)],
  ['TM11', 'signature-padded', 'bad_signature', text.replace(sig, `${sig}==`)],
  [
    'TM11',
    'key-id-in-capitals',
    'unknown_key',
    text.replace(pair.key_id, pair.key_id.toUpperCase()),
  ],
  ['TM12', 'key-of-another', 'bad_signature', text.replace(pair.key_id, other.key_id)],
  [
    'TM13',
    'signed-as-release-record',
    'bad_signature',
    await signedAs(payloadTypes.release_record),
  ],
  ['TM13', 'signed-without-type', 'bad_signature', await signedAs('')],
  ['TM14', 'algorithm-none', 'unsigned', text.replace('"Ed25519"', '"none"')],
  ['TM14', 'signature-empty', 'unsigned', text.replace(sig, '')],
  ['TM14', 'signature-missing', 'unsigned', text.replace(/"manifest_signature":\{[^}]*\},/, '')],
  ['TM17', 'package-exchanged', 'bad_signature', text.replace('a'.repeat(64), 'c'.repeat(64))],
  ['TM19', 'too-deep', 'malformed', `${'{"a":'.repeat(100_000)}1${'}'.repeat(100_000)}`],
  ['TM19', 'too-large', 'malformed', text.replace('Reviews', 'x'.repeat(300_000))],
  [
    'TM20',
    'version-of-digits',
    'bad_signature',
    text.replace('"1.0.0"', `"${'9'.repeat(200)}.0.0"`),
  ],
]

describe('verifyManifest', () => {
  it.each(['node', 'noble'] as const)(
    'accepts what was signed, in any spelling of the same document, on %s',
    (backend) => {
      useCryptoBackend(backend)
      const spaced = JSON.stringify(JSON.parse(text), null, 2)
      const reordered = JSON.stringify(Object.fromEntries(Object.entries(signed).reverse()))
      for (const received of [text, spaced, reordered, Buffer.from(spaced)])
        expect(reasonOf(received)).toBe('valid')
      expect(verifyManifest(JSON.parse(text), keyring, { at })).toMatchObject({
        valid: true,
        key: { author_id: 'acme' },
        manifest_sha256: manifestDigest(signed),
      })
      expect(reasonOf(text.replace('"package_size":4096', '"package_size":4096.0'))).toBe('valid')
    },
  )

  it.each(refused)('[%s] refuses %s as %s', (_threat, _name, reason, received) => {
    expect(reasonOf(received)).toBe(reason)
    useCryptoBackend('noble')
    expect(reasonOf(received)).toBe(reason)
  })

  it('are kept as files under fixtures, each with its reason', () => {
    const kept = refused.filter(([, , , received]) => received.length < 20_000)
    const files: [string, string][] = [
      ['good.json', text],
      ['keys.json', `${JSON.stringify(keyring.keys, null, 2)}\n`],
      [
        'refused.json',
        `${JSON.stringify(
          kept.map(([threat, name, reason]) => ({
            file: `${name}.json`,
            reason,
            threats: [threat],
            at,
          })),
          null,
          2,
        )}\n`,
      ],
      ...kept.map(([, name, , received]): [string, string] => [`${name}.json`, received]),
    ]
    if (process.env['UPDATE_FIXTURES'] === '1') {
      mkdirSync(folder, { recursive: true })
      for (const [file, content] of files) writeFileSync(`${folder}${file}`, content)
    }
    for (const [file, content] of files)
      expect(readFileSync(`${folder}${file}`, 'utf8'), file).toBe(content)
  })

  it('[TM12] binds a key to its author and to namespaces', async () => {
    expect(
      reasonOf(Buffer.from(canonicalize(await signedSkill(pair, { author_id: 'other' })))),
    ).toBe('wrong_author')
    expect(
      reasonOf(Buffer.from(canonicalize(await signedSkill(pair, { slug: 'other.review' })))),
    ).toBe('wrong_namespace')
    expect(reasonOf(Buffer.from(canonicalize(await signedSkill(pair, { slug: 'review' }))))).toBe(
      'wrong_namespace',
    )
  })

  it('[TM18] judges the key at the moment given', () => {
    const judge = (changes: object, moment: string): string => {
      const ring = createKeyring([keyRecord(pair, changes)])
      const verdict = verifyManifest(text, ring, { at: moment })
      return verdict.valid ? 'valid' : verdict.reason
    }
    expect(judge({ valid_until: '2026-03-01T00:00:00Z' }, '2026-02-28T23:59:59Z')).toBe('valid')
    expect(judge({ valid_until: '2026-03-01T00:00:00Z' }, '2026-03-01T00:00:00Z')).toBe(
      'key_expired',
    )
    expect(judge({ revoked_at: '2026-03-01T00:00:00Z' }, '2026-03-02T00:00:00Z')).toBe(
      'key_revoked',
    )
    expect(judge({ compromised_since: '2026-01-15T00:00:00Z' }, '2026-02-01T00:00:00Z')).toBe(
      'key_revoked',
    )
    expect(judge({ compromised_since: '2026-03-01T00:00:00Z' }, '2026-02-01T00:00:00Z')).toBe(
      'valid',
    )
    expect(judge({}, '2025-12-31T00:00:00Z')).toBe('key_not_yet_valid')
    expect(judge({}, 'no time at all')).toBe('key_expired')
  })

  it('[TM8] answers the very value that was hashed, with nothing added', () => {
    const verdict = verifyManifest(text, keyring, { at })
    expect(verdict.valid && Buffer.from(canonicalize(verdict.manifest)).toString()).toBe(text)
  })

  it('[TM3] refuses invalid UTF-8 before hashing', () => {
    expect(
      reasonOf(
        Buffer.concat([
          Buffer.from(text.slice(0, 40)),
          Buffer.of(0xff),
          Buffer.from(text.slice(40)),
        ]),
      ),
    ).toBe('malformed')
  })

  it('[TM5] keeps names in two normal forms apart', () => {
    expect(Buffer.from(canonicalize({ 'caf\u00e9': 1, 'cafe\u0301': 2 })).toString()).toBe(
      '{"cafe\u0301":2,"caf\u00e9":1}',
    )
    expect(reasonOf(text.replace('acme.review', 'acme.re\u0301view'))).toBe('bad_signature')
  })

  it('hands on a fault that is not of the document', () => {
    const broken = {
      ...keyring,
      get: (): never => {
        throw new TypeError('the store is gone')
      },
    }
    expect(() => verifyManifest(text, broken, { at })).toThrow('the store is gone')
  })

  it('refuses what is no object, and judges at the present moment when none is given', () => {
    expect(reasonOf('[]')).toBe('malformed')
    expect(reasonOf('')).toBe('malformed')
    expect(verifyManifest(text, keyring).valid).toBe(
      Date.now() >= Date.parse('2026-01-01T00:00:00Z'),
    )
    expect(verifyManifest([1], keyring)).toMatchObject({ valid: false, reason: 'malformed' })
  })

  it('finds the signature wherever it stands and however often it is spelled', async () => {
    const extensions = {
      'org.example': { manifest_signature: { alg: 'Ed25519', key_id: pair.key_id, sig } },
    }
    const tricky = await signedSkill(pair, { extensions })
    expect(reasonOf(Buffer.from(canonicalize(tricky)))).toBe('valid')
    const foreign = await signedSkill(pair, {
      description: 'Prüft Änderungen 🌍 "manifest_signature":',
    })
    expect(reasonOf(Buffer.from(canonicalize(foreign)))).toBe('valid')
    expect(parseJson(canonicalize(foreign))).toEqual(foreign)
  })
})
