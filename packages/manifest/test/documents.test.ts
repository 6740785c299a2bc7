import { describe, expect, it } from 'vitest'
import {
  catalogueSnapshot,
  type DocumentDefinition,
  entitlementDocument,
  keyProofMessage,
  keyProofType,
  parseKeyStatement,
  proveKey,
  releaseRecord,
  revocationList,
  usageWindow,
  verifyKeyProof,
} from '../src/documents/index.ts'
import {
  canonicalize,
  createKeyring,
  createSigner,
  encodeDsse,
  payloadTypes,
} from '../src/index.ts'
import { binding, fixedKeyPair, keyRecord } from './signed-manifest.ts'

const pair = fixedKeyPair(3)
const signer = createSigner(pair)
const keyring = createKeyring([
  keyRecord(pair, { author_id: 'mothership-1' }),
  keyRecord(fixedKeyPair(4), { author_id: 'someone' }),
])
const issued = { issued_at: '2026-02-01T00:00:00Z', expires_at: '2026-02-08T00:00:00Z' }
const at = '2026-02-02T00:00:00Z'
const item = { kind: 'skill', slug: 'acme.review', version: '1.0.0' }

const documents: [string, DocumentDefinition<object>, object][] = [
  [
    'release record',
    releaseRecord,
    {
      schema_version: '1.0',
      document: 'release_record',
      mothership_id: 'mothership-1',
      ...item,
      manifest_sha256: 'd'.repeat(64),
      ...binding,
      key_id: pair.key_id,
      custody: 'self',
      approved_at: at,
      log: { log_id: 'log-1', index: 4 },
    },
  ],
  [
    'revocation list',
    revocationList,
    {
      schema_version: '1.0',
      document: 'revocation_list',
      mothership_id: 'mothership-1',
      sequence: 7,
      ...issued,
      revocations: [
        { type: 'release', ...item, revoked_at: at, reason: 'malware' },
        { type: 'key', key_id: pair.key_id, revoked_at: at, reason: 'lost' },
        { type: 'publisher', author_id: 'acme', revoked_at: at, reason: 'fraud' },
        { type: 'entitlement', entitlement_id: 'e-1', revoked_at: at, reason: 'refund' },
      ],
    },
  ],
  [
    'catalogue snapshot',
    catalogueSnapshot,
    {
      schema_version: '1.0',
      document: 'catalogue_snapshot',
      mothership_id: 'mothership-1',
      sequence: 7,
      ...issued,
      items: [
        {
          ...item,
          name: 'Review',
          description: 'Reviews',
          manifest_sha256: 'd'.repeat(64),
          ...binding,
          approved_at: at,
        },
      ],
    },
  ],
  [
    'entitlement',
    entitlementDocument,
    {
      schema_version: '1.0',
      document: 'entitlement',
      mothership_id: 'mothership-1',
      entitlement_id: 'e-1',
      holder: { type: 'workspace', id: 'w-1' },
      items: [{ kind: 'skill', slug: 'acme.review' }],
      policy: 'one_time_major',
      status: 'active',
      versions: '^1.0.0',
      ...issued,
    },
  ],
  [
    'usage window',
    usageWindow,
    {
      schema_version: '1.0',
      document: 'usage_window',
      instance_id: 'mothership-1',
      window_id: '2026-02-01',
      started_at: '2026-02-01T00:00:00Z',
      ended_at: at,
      entries: [{ ...item, executions: 3, successes: 2, failures: 1 }],
    },
  ],
]

describe.each(documents)('%s', (_name, definition, document) => {
  it('verifies as it was signed, from bytes, text and value', async () => {
    const signed = await definition.sign(document, signer)
    for (const received of [
      canonicalize(signed),
      JSON.stringify(signed, null, 2),
      signed as never,
    ]) {
      expect(definition.verify(received, keyring, { at })).toMatchObject({
        valid: true,
        document: signed,
        key: { author_id: 'mothership-1' },
      })
    }
  })

  it('[TM13] is refused when changed, signed as another type, by another owner, unsigned or unreadable', async () => {
    const signed = await definition.sign(document, signer)
    const judge = (received: unknown): string => {
      const verdict = definition.verify(received as never, keyring, { at })
      return verdict.valid ? 'valid' : verdict.reason
    }
    expect(judge({ ...signed, schema_version: '1.1' })).toBe('bad_signature')
    const [, foreign] =
      documents.find(([, other]) => other.payloadType !== definition.payloadType) ?? documents[0]!
    const other = await foreign.sign(
      documents.find(([, each]) => each === foreign)?.[2] ?? {},
      signer,
    )
    expect(judge({ ...signed, signature: other.signature })).toBe('bad_signature')
    expect(judge(await definition.sign(document, createSigner(fixedKeyPair(4))))).toBe(
      'wrong_owner',
    )
    expect(judge(await definition.sign(document, createSigner(fixedKeyPair(5))))).toBe(
      'unknown_key',
    )
    const { signature: _none, ...unsigned } = signed
    expect(judge(unsigned)).toBe('unsigned')
    expect(judge('{"a":1,"a":2}')).toBe('malformed')
    expect(judge('[]')).toBe('malformed')
  })

  it('is not signed when it does not fit its schema', async () => {
    await expect(definition.sign({ ...document, extra: true }, signer)).rejects.toMatchObject({
      code: 'schema_violation',
    })
  })
})

describe('documents with an end and a sequence', () => {
  const [, list, document] = documents[1] as [string, DocumentDefinition<object>, object]

  it('[TM16] are stale after their end, and refused below a sequence already seen', async () => {
    const signed = (await list.sign(document, signer)) as never
    expect(list.verify(signed, keyring, { at: '2026-02-08T00:00:00Z' })).toMatchObject({
      valid: false,
      reason: 'stale',
    })
    expect(list.verify(signed, keyring, { at, minSequence: 8 })).toMatchObject({
      valid: false,
      reason: 'rolled_back',
    })
    expect(list.verify(signed, keyring, { at, minSequence: 7 })).toMatchObject({ valid: true })
    expect(list.verify(signed, keyring).valid).toBe(Date.now() < Date.parse(issued.expires_at))
  })

  it('[TM18] are refused when the key could not vouch at their moment', async () => {
    const revoked = createKeyring([
      keyRecord(pair, { author_id: 'mothership-1', compromised_since: '2026-02-01T12:00:00Z' }),
    ])
    const [, record, release] = documents[0] as [string, DocumentDefinition<object>, object]
    const signed = (await record.sign(release, signer)) as never
    expect(record.verify(signed, revoked, { at: '2027-01-01T00:00:00Z' })).toMatchObject({
      reason: 'key_revoked',
    })
    const earlier = (await record.sign(
      { ...release, approved_at: '2026-01-15T00:00:00Z' },
      signer,
    )) as never
    expect(record.verify(earlier, revoked, { at: '2027-01-01T00:00:00Z' })).toMatchObject({
      valid: true,
    })
  })

  it('are malformed when signed well and against their schema', async () => {
    const wrong = { ...document, sequence: -1 }
    const sig = await signer.sign(encodeDsse(payloadTypes.revocation_list, canonicalize(wrong)))
    const signature = {
      alg: 'Ed25519',
      key_id: pair.key_id,
      sig: Buffer.from(sig).toString('base64url'),
    }
    expect(list.verify({ ...wrong, signature }, keyring, { at })).toMatchObject({
      valid: false,
      reason: 'malformed',
    })
  })
})

describe('a keyring that breaks', () => {
  it('is a fault of the host, not a verdict about the document', async () => {
    const [, list, document] = documents.find(([name]) => name === 'revocation list') ?? []
    const signed = await list?.sign(document ?? {}, signer)
    const broken = {
      ...keyring,
      get: () => {
        throw new TypeError('no keys')
      },
    }
    expect(() => list?.verify(signed as never, broken, { at })).toThrow(TypeError)
  })
})

describe('key statements', () => {
  const input = {
    author_id: 'acme',
    public_key: Buffer.from(pair.public_key).toString('hex'),
  }

  it('[C7] prove possession for one author', async () => {
    const proof = await proveKey('acme', signer)
    expect(verifyKeyProof(input, proof)).toBe(true)
    const otherKey = Buffer.from(fixedKeyPair(4).public_key).toString('hex')
    expect(verifyKeyProof({ ...input, author_id: 'other' }, proof)).toBe(false)
    expect(verifyKeyProof({ ...input, public_key: otherKey }, proof)).toBe(false)
    expect(verifyKeyProof({ ...input, public_key: 'zz' }, proof)).toBe(false)
    expect(verifyKeyProof(input, 'not base64!')).toBe(false)
  })

  it('[TM13] are signed as what they are: no signature of another document is a proof', async () => {
    const statement = { ...input, purpose: 'register-key' }
    for (const type of Object.values(payloadTypes)) {
      const signature = await signer.sign(encodeDsse(type, canonicalize(statement)))
      const proof = Buffer.from(signature).toString('base64url')
      expect(verifyKeyProof(input, proof), type).toBe(type === keyProofType)
    }
    expect(Buffer.from(keyProofMessage(input)).toString()).toBe(
      `DSSEv1 44 application/vnd.mothership.key-proof.v1+json 125 {"author_id":"acme","public_key":"${input.public_key}","purpose":"register-key"}`,
    )
  })

  it('[TM9] are refused for keys that are none, and as another document', () => {
    const statement = { ...input, purpose: 'register-key' }
    expect(parseKeyStatement(statement)).toEqual(statement)
    expect(() => parseKeyStatement({ ...statement, public_key: '00'.repeat(32) })).toThrow(
      /full order/,
    )
    expect(() => parseKeyStatement({ ...statement, purpose: 'other' })).toThrow(/purpose/)
    expect(() => parseKeyStatement({})).toThrow(/expected a key statement/)
  })
})
