import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  ItemList,
  MothershipKeys,
  ProblemDocument,
  Release,
  ReleaseList,
  ReleaseSummary,
  Submission,
} from '@mothership/client/contract'
import { createKeyring, createSigner, generateKeyPair, type JsonValue } from '@mothership/manifest'
import { releaseRecord, type RevocationList, revocationList } from '@mothership/manifest/documents'
import { releaseRecords } from '../src/db/schema/releases.ts'
import type { Clock } from '../src/ports/clock.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import {
  answer,
  type Author,
  proofOf,
  registerAuthor,
  release,
  signSkill,
  submit,
} from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

const hour = 3_600_000

describe.each(await databaseEngines())('releases on $name', (engine) => {
  let app: TestApp
  let ada: Author
  let bob: Author
  let now = Date.parse('2026-01-01T00:00:00.000Z')
  const clock: Clock = { now: () => new Date(now) }

  beforeAll(async () => {
    app = await createTestApp(engine, { clock })
    ada = await registerAuthor(app, 'ada')
    bob = await registerAuthor(app, 'bob')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const items = '/api/v1/marketplace/skills/items'

  async function found(slug: string, version: string): Promise<Release> {
    return answer<Release>(await app.request(`${items}/${slug}/versions/${version}`), 200)
  }

  function change(
    slug: string,
    version: string,
    what: string,
    key = ada.accessKey,
  ): Promise<Response> {
    const json = what === 'restore' ? {} : { reason: `Reason to ${what}.` }
    return app.request(`/api/v1/releases/skills/${slug}/${version}/${what}`, { key, json })
  }

  async function shown(slug: string): Promise<string | undefined> {
    const list = await answer<ItemList>(await app.request(items), 200)
    return list.items.find((item) => item.slug === slug)?.version
  }

  async function keyring(): Promise<ReturnType<typeof createKeyring>> {
    const path = '/api/v1/marketplace/releases/keys'
    const { keys, mothership_id } = await answer<MothershipKeys>(await app.request(path), 200)
    expect(mothership_id).toBe(app.deps.identity.mothership_id)
    return createKeyring(keys)
  }

  async function revocations(): Promise<RevocationList> {
    const response = await app.request('/api/v1/marketplace/revocations')
    const received = await answer<JsonValue>(response, 200)
    const verdict = revocationList.verify(received, await keyring(), { at: clock.now() })
    if (!verdict.valid) throw new Error(`${verdict.reason}: ${verdict.message}`)
    return verdict.document
  }

  async function code(response: Response): Promise<string> {
    return ((await response.json()) as ProblemDocument).code
  }

  it('[F4] serves each release with a record that the mothership signed at its approval', async () => {
    const { submission } = await release(app, ada, { slug: 'ada.recorded' })
    const { record, approved_at, manifest_sha256, channel } = await found('ada.recorded', '1.0.0')
    const ring = await keyring()
    const verdict = releaseRecord.verify(record, ring, { at: clock.now() })
    expect(verdict).toMatchObject({ valid: true, document: { approved_at, manifest_sha256 } })
    expect(record).toMatchObject({ package_sha256: submission.package_sha256, custody: 'self' })
    expect(channel).toBe('stable')
    const forged = { ...(record as object), approved_at: '2020-01-01T00:00:00.000Z' }
    expect(releaseRecord.verify(forged, ring, { at: clock.now() }).valid).toBe(false)
    expect(JSON.stringify(await app.deps.db.select().from(releaseRecords))).not.toContain('secret')
  })

  it('[F4] carries channel, release notes and the lowest version of a host', async () => {
    const signed = await signSkill(ada, {
      slug: 'ada.channels',
      version: '2.0.0',
      host: { min_version: '3.1.0' },
    })
    const { id } = await answer<Submission>(await submit(app, ada.accessKey, signed), 201)
    const json = { channel: 'beta', release_notes: 'Says more.' }
    const options = { method: 'PATCH', key: ada.accessKey, json }
    await answer(await app.request(`/api/v1/submissions/${id}`, options), 200)
    await release(app, ada, { slug: 'ada.channels', version: '1.0.0' })
    const queue = `/api/v1/admin/moderation/queue/${id}/approve`
    await answer(await app.request(queue, { key: app.operatorKey, json: {} }), 200)
    expect(await found('ada.channels', '2.0.0')).toMatchObject({
      channel: 'beta',
      release_notes: 'Says more.',
      min_host_version: '3.1.0',
    })
    expect(await shown('ada.channels')).toBe('1.0.0')
  })

  it('[F12] withdraws a release from lists and downloads, tells hosts why, and keeps it withdrawn', async () => {
    await release(app, ada, { slug: 'ada.yanked', version: '1.0.0' })
    await release(app, ada, { slug: 'ada.yanked', version: '1.1.0' })
    expect(await code(await change('ada.yanked', '1.1.0', 'yank', bob.accessKey))).toBe('forbidden')
    const before = await revocations()
    const yanked = await answer<ReleaseSummary>(await change('ada.yanked', '1.1.0', 'yank'), 200)
    expect(yanked).toMatchObject({ status: 'yanked', status_reason: 'Reason to yank.' })
    expect(await shown('ada.yanked')).toBe('1.0.0')
    const path = '/api/v1/marketplace/releases/skills/ada.yanked/1.1.0/package'
    const refused = await app.request(path)
    expect(refused.status).toBe(410)
    expect(((await refused.json()) as ProblemDocument).detail).toContain('Reason to yank.')
    const after = await revocations()
    expect(after.sequence).toBeGreaterThan(before.sequence)
    expect(after.revocations).toContainEqual({
      type: 'release',
      kind: 'skill',
      slug: 'ada.yanked',
      version: '1.1.0',
      revoked_at: clock.now().toISOString(),
      reason: 'Reason to yank.',
    })
    expect(await code(await change('ada.yanked', '1.1.0', 'restore'))).toBe('release_yanked')

    await answer(await change('ada.yanked', '1.0.0', 'yank', app.operatorKey), 200)
    expect(await shown('ada.yanked')).toBeUndefined()
    expect((await app.request(`${items}/ada.yanked`)).status).toBe(404)
    const { versions } = await answer<ReleaseList>(
      await app.request(`${items}/ada.yanked/versions`),
      200,
    )
    expect(versions.map(({ status }) => status)).toEqual(['yanked', 'yanked'])
    await release(app, ada, { slug: 'ada.yanked', version: '0.9.0' })
    expect(await shown('ada.yanked')).toBe('0.9.0')
  })

  it('[F4] advises against a release that may still be had, until its author says otherwise', async () => {
    await release(app, ada, { slug: 'ada.old' })
    const deprecated = await answer<ReleaseSummary>(
      await change('ada.old', '1.0.0', 'deprecate'),
      200,
    )
    expect(deprecated.status).toBe('deprecated')
    expect(await shown('ada.old')).toBe('1.0.0')
    const path = '/api/v1/marketplace/releases/skills/ada.old/1.0.0/package'
    expect((await app.request(path)).status).toBe(200)
    const restored = await answer<ReleaseSummary>(await change('ada.old', '1.0.0', 'restore'), 200)
    expect(restored).toMatchObject({ status: 'active', status_reason: null })
  })

  it('[F12] keeps what a retired key signed, and takes nothing new by it', async () => {
    const retired = await authorWithKey('eve')
    await release(app, retired, { slug: 'eve.kept' })
    now += hour
    const revoked = await answer(await revoke(retired, { reason: 'Retired.' }), 200)
    expect(revoked).toMatchObject({ revoked_at: clock.now().toISOString() })
    expect(await shown('eve.kept')).toBe('1.0.0')
    const later = await signSkill(retired, { slug: 'eve.kept', version: '1.1.0' })
    expect(await code(await submit(app, retired.accessKey, later))).toBe('invalid_signature')
    const { revocations: listed } = await revocations()
    expect(listed).toContainEqual({
      type: 'key',
      key_id: retired.signer.key_id,
      revoked_at: clock.now().toISOString(),
      reason: 'Retired.',
    })
  })

  it('[F12] withdraws what was approved since a key was compromised, and nothing before', async () => {
    const stolen = await authorWithKey('mia')
    await release(app, stolen, { slug: 'mia.before' })
    now += hour
    const compromised_since = clock.now().toISOString()
    await release(app, stolen, { slug: 'mia.after' })
    now += hour
    const waiting = await signSkill(stolen, { slug: 'mia.waiting' })
    const { id } = await answer<Submission>(await submit(app, stolen.accessKey, waiting), 201)
    await answer(await revoke(stolen, { reason: 'Stolen.', compromised_since }), 200)
    expect(await shown('mia.before')).toBe('1.0.0')
    expect(await shown('mia.after')).toBeUndefined()
    const approve = `/api/v1/admin/moderation/queue/${id}/approve`
    const approved = await app.request(approve, { key: app.operatorKey, json: {} })
    expect(await code(approved)).toBe('invalid_signature')
    const { revocations: listed } = await revocations()
    expect(listed).toContainEqual(
      expect.objectContaining({ type: 'key', key_id: stolen.signer.key_id, compromised_since }),
    )
    expect(listed).toContainEqual(expect.objectContaining({ type: 'release', slug: 'mia.after' }))
    expect(listed).not.toContainEqual(expect.objectContaining({ slug: 'mia.before' }))
  })

  it('[F12] refuses to revoke a key of somebody else’s', async () => {
    const path = `/api/v1/publishers/ada/keys/${ada.signer.key_id}/revoke`
    const json = { reason: 'Not mine.' }
    expect(await code(await app.request(path, { key: bob.accessKey, json }))).toBe('forbidden')
  })

  it('[F12] signs the list again when half its day is over, and the same list until then', async () => {
    const first = await revocations()
    now += 11 * hour
    expect((await revocations()).sequence).toBe(first.sequence)
    now += 2 * hour
    const [second, third] = await Promise.all([revocations(), revocations()])
    expect(second.sequence).toBeGreaterThan(first.sequence)
    expect(third.sequence).toBe(second.sequence)
    expect(Date.parse(second.expires_at)).toBe(now + 24 * hour)
  })

  it('[F4] makes no release when its record cannot be signed', async () => {
    const signed = await signSkill(ada, { slug: 'ada.unsigned' })
    const { id } = await answer<Submission>(await submit(app, ada.accessKey, signed), 201)
    const kept = await app.deps.secrets.read('release-key')
    await app.deps.secrets.write('release-key', new Uint8Array(3))
    const approve = `/api/v1/admin/moderation/queue/${id}/approve`
    const refused = await app.request(approve, { key: app.operatorKey, json: {} })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    await app.deps.secrets.write('release-key', kept ?? new Uint8Array())
    expect((await app.request(`${items}/ada.unsigned`)).status).toBe(404)
    await answer(await app.request(approve, { key: app.operatorKey, json: {} }), 200)
    expect((await found('ada.unsigned', '1.0.0')).record).not.toBeNull()
  })

  async function authorWithKey(author_id: string): Promise<Author> {
    const author = await registerAuthor(app, author_id)
    const keyPair = generateKeyPair()
    const signer = createSigner(keyPair)
    const path = `/api/v1/publishers/${author_id}/keys`
    const json = await proofOf(author_id, signer)
    await answer(await app.request(path, { key: author.accessKey, json }), 201)
    return { ...author, keyPair, signer }
  }

  function revoke(author: Author, json: object): Promise<Response> {
    const path = `/api/v1/publishers/${author.author_id}/keys/${author.signer.key_id}/revoke`
    return app.request(path, { key: author.accessKey, json })
  }
})
