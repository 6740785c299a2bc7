import { count, eq } from 'drizzle-orm'
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProblemDocument, Submission } from '@mothership/client/contract'
import { createSigner, generateKeyPair, signManifest } from '@mothership/manifest'
import { auditEvents } from '../src/db/schema/audit.ts'
import { releases } from '../src/db/schema/catalog.ts'
import { packages, submissions } from '../src/db/schema/submissions.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import {
  answer,
  type Author,
  registerAuthor,
  release,
  signSkill,
  submit,
} from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('submissions on $name', (engine) => {
  let app: TestApp
  let ada: Author
  let bob: Author

  beforeAll(async () => {
    app = await createTestApp(engine)
    ada = await registerAuthor(app, 'ada')
    bob = await registerAuthor(app, 'bob')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function expectRefused(response: Response, code: string): Promise<ProblemDocument> {
    const body = (await response.json()) as ProblemDocument
    expect(body.code, body.detail).toBe(code)
    return body
  }

  async function traces(): Promise<{ submissions: number; packages: number; blobs: string[] }> {
    const [rows] = await app.deps.db.select({ n: count() }).from(submissions)
    const [packs] = await app.deps.db.select({ n: count() }).from(packages)
    const files = await readdir(app.directory, { recursive: true, withFileTypes: true })
    const blobs = files
      .filter((file) => file.isFile())
      .map((file) => join(file.parentPath, file.name))
    return { submissions: rows?.n ?? 0, packages: packs?.n ?? 0, blobs: blobs.sort() }
  }

  it('[C6] takes a signed version in, shows it to its author and to operators, and to nobody else', async () => {
    const signed = await signSkill(ada, { version: '0.1.0' })
    const submission = await answer<Submission>(await submit(app, ada.accessKey, signed), 201)
    expect(submission).toMatchObject({ status: 'pending', slug: 'ada.word-count', findings: [] })
    const path = `/api/v1/submissions/${submission.id}`
    expect((await app.request(path, { key: ada.accessKey })).status).toBe(200)
    expect((await app.request(path, { key: app.operatorKey })).status).toBe(200)
    await expectRefused(await app.request(path, { key: bob.accessKey }), 'not_found')
    await expectRefused(await app.request(path), 'unauthenticated')
  })

  it('[TM17] refuses a manifest with another package, and leaves nothing behind', async () => {
    const before = await traces()
    const one = await signSkill(ada, { version: '2.0.0', text: 'One.' })
    const other = await signSkill(ada, { version: '2.0.0', text: 'Other.' })
    const mixed = { manifest: one.manifest, bytes: other.bytes }
    const problem = await expectRefused(await submit(app, ada.accessKey, mixed), 'digest_mismatch')
    expect(problem.issues.map(({ path }) => path)).toContain('manifest.package_sha256')
    expect(await traces()).toEqual(before)
  })

  it('[TM17] refuses the right digest with a wrong tree', async () => {
    const { manifest, bytes } = await signSkill(ada, {
      version: '2.0.1',
      tree_sha256: '0'.repeat(64),
    })
    const problem = await expectRefused(
      await submit(app, ada.accessKey, { manifest, bytes }),
      'digest_mismatch',
    )
    expect(problem.issues.map(({ path }) => path)).toEqual(['manifest.tree_sha256'])
  })

  it('[TM12] refuses a package of ada’s that bob’s key signed, whoever sends it', async () => {
    const forged = await signSkill({ author_id: 'ada', signer: bob.signer }, { version: '3.0.0' })
    await expectRefused(await submit(app, ada.accessKey, forged), 'invalid_signature')
    await expectRefused(await submit(app, bob.accessKey, forged), 'invalid_signature')
    const adas = await signSkill(ada, { version: '3.0.0' })
    await expectRefused(await submit(app, bob.accessKey, adas), 'invalid_signature')
  })

  it('[F4] refuses a slug in a namespace of somebody else’s', async () => {
    const squatted = await signSkill(bob, { slug: 'ada.word-count', version: '9.0.0' })
    await expectRefused(await submit(app, bob.accessKey, squatted), 'namespace_not_owned')
  })

  it('[TM14] refuses a manifest without a signature, and one by a key that nobody registered', async () => {
    const { manifest, bytes } = await signSkill(ada, { version: '3.1.0' })
    const { manifest_signature: _signature, ...unsigned } = manifest
    await expectRefused(
      await submit(app, ada.accessKey, { manifest: unsigned, bytes }),
      'invalid_signature',
    )
    const stranger = createSigner(generateKeyPair())
    const signed = await signManifest(unsigned, stranger)
    await expectRefused(
      await submit(app, ada.accessKey, { manifest: signed, bytes }),
      'invalid_signature',
    )
  })

  it('[TM1] refuses a manifest with a key twice, before anything else looks at it', async () => {
    const { manifest, bytes } = await signSkill(ada, { version: '3.2.0' })
    const text = JSON.stringify(manifest).replace('{', '{"name":"Another",')
    await expectRefused(
      await submit(app, ada.accessKey, { manifest: text, bytes }),
      'invalid_manifest',
    )
  })

  it('[TS10] refuses a manifest with a character that no database text can hold', async () => {
    for (const description of ['nul \0 here', 'and \\\\\0 here']) {
      const signed = await signSkill(ada, { version: '3.2.1', description })
      await expectRefused(await submit(app, ada.accessKey, signed), 'invalid_manifest')
    }
    const harmless = await signSkill(ada, { version: '3.2.2', description: 'it says \\u0000 here' })
    await answer(await submit(app, ada.accessKey, harmless), 201)
  })

  it('[C3] refuses a permission its kind cannot have, and names the field', async () => {
    const { manifest, bytes } = await signSkill(ada, { version: '3.3.0' })
    const asking = { ...manifest, permissions: ['docker:cap:SYS_ADMIN'] }
    const { manifest_signature: _signature, ...unsigned } = asking
    await expect(signManifest(unsigned as never, ada.signer)).rejects.toThrow()
    const refused = await submit(app, ada.accessKey, { manifest: asking, bytes })
    expect(refused.status).toBe(422)
  })

  it('[F4] refuses a version that is there, with the same bytes and with others', async () => {
    const first = await signSkill(ada, { version: '4.0.0' })
    await answer(await submit(app, ada.accessKey, first), 201)
    await expectRefused(await submit(app, ada.accessKey, first), 'version_exists')
    const other = await signSkill(ada, { version: '4.0.0', text: 'Other bytes.' })
    await expectRefused(await submit(app, ada.accessKey, other), 'version_exists')
  })

  it('[TS17] lets one of two submissions of one version in when they arrive together', async () => {
    const signed = await Promise.all([
      signSkill(ada, { version: '4.1.0', text: 'A.' }),
      signSkill(ada, { version: '4.1.0', text: 'B.' }),
    ])
    const answers = await Promise.all(signed.map((one) => submit(app, ada.accessKey, one)))
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([201, 409])
  })

  it('[TS11] stores packages under their digest, whatever the sender calls the file', async () => {
    const { manifest, bytes } = await signSkill(ada, { version: '4.2.0', text: 'Keys.' })
    const form = new FormData()
    form.append('manifest', new Blob([JSON.stringify(manifest)]), '../../manifest.json')
    form.append('package', new Blob([bytes]), '../../../../escaped.tar.gz')
    const sent = await app.request('/api/v1/submissions', { key: ada.accessKey, body: form })
    await answer(sent, 201)
    const { blobs } = await traces()
    expect(blobs.some((path) => path.includes('escaped'))).toBe(false)
    const stored = await app.deps.blobs.stat(manifest.package_sha256)
    expect(stored).toEqual({ sha256: manifest.package_sha256, size: bytes.length })
  })

  it('[TA1] refuses an archive that is none, naming the package', async () => {
    const { manifest } = await signSkill(ada, { version: '4.3.0' })
    const problem = await expectRefused(
      await submit(app, ada.accessKey, { manifest, bytes: new Uint8Array(2000).fill(7) }),
      'invalid_package',
    )
    expect(problem.issues[0]?.path).toMatch(/^package/)
  })

  it('[TS16] approves the bytes that were submitted and no others', async () => {
    const signed = await signSkill(ada, { version: '5.0.0', text: 'Approved bytes.' })
    const { id } = await answer<Submission>(await submit(app, ada.accessKey, signed), 201)
    await app.deps.db
      .update(submissions)
      .set({ manifest: JSON.stringify({ ...signed.manifest, name: 'Changed afterwards' }) })
      .where(eq(submissions.id, id))
    const refused = await app.request(`/api/v1/admin/moderation/queue/${id}/approve`, {
      key: app.operatorKey,
      json: {},
    })
    expect(refused.status).toBeGreaterThanOrEqual(400)
    const [row] = await app.deps.db.select().from(submissions).where(eq(submissions.id, id))
    expect(row?.status).toBe('pending')
    expect(await app.deps.db.select().from(releases).where(eq(releases.submission_id, id))).toEqual(
      [],
    )
  })

  it('[TS16] approves no bytes that changed where they are stored', async () => {
    const signed = await signSkill(ada, { version: '5.1.0', text: 'Bytes that rot.' })
    const { id } = await answer<Submission>(await submit(app, ada.accessKey, signed), 201)
    const { blobs } = await traces()
    const stored = blobs.find((path) => path.endsWith(signed.manifest.package_sha256.slice(2)))
    const rotten = Uint8Array.from(signed.bytes, (byte, at) => (at === 20 ? byte ^ 1 : byte))
    await rm(stored ?? '')
    await writeFile(stored ?? '', rotten)
    const refused = await app.request(`/api/v1/admin/moderation/queue/${id}/approve`, {
      key: app.operatorKey,
      json: {},
    })
    await expectRefused(refused, 'digest_mismatch')
    const [row] = await app.deps.db.select().from(submissions).where(eq(submissions.id, id))
    expect(row?.status).toBe('pending')
  })

  it('[TS17] makes one release and one audit row of two approvals at once', async () => {
    const signed = await signSkill(ada, { version: '6.0.0' })
    const { id } = await answer<Submission>(await submit(app, ada.accessKey, signed), 201)
    const approve = (): Promise<Response> =>
      app.request(`/api/v1/admin/moderation/queue/${id}/approve`, {
        key: app.operatorKey,
        json: { note: 'fine' },
      })
    const answers = await Promise.all([approve(), approve(), approve()])
    expect(answers.map(({ status }) => status).sort((a, b) => a - b)).toEqual([200, 409, 409])
    await expectRefused(await approve(), 'already_decided')
    const audited = await app.deps.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subject, `submission:${id}`))
    expect(audited.map(({ action }) => action)).toEqual(['submission.create', 'submission.approve'])
    expect(
      await app.deps.db.select().from(releases).where(eq(releases.submission_id, id)),
    ).toHaveLength(1)
  })

  it('[C6] shows the reason of a rejection to the author, who may submit the version again', async () => {
    const signed = await signSkill(ada, { version: '7.0.0' })
    const { id } = await answer<Submission>(await submit(app, ada.accessKey, signed), 201)
    const path = `/api/v1/admin/moderation/queue/${id}/reject`
    await answer(
      await app.request(path, { key: app.operatorKey, json: { note: 'Too short.' } }),
      200,
    )
    const seen = await app.request(`/api/v1/submissions/${id}`, { key: ada.accessKey })
    expect(await seen.json()).toMatchObject({ status: 'rejected', note: 'Too short.' })
    await answer(await submit(app, ada.accessKey, signed), 201)
  })

  it('[F14] keeps an audit trail that the database itself does not let anybody change', async () => {
    await expect(
      Promise.resolve(app.deps.db.update(auditEvents).set({ actor_id: 'nobody' })),
    ).rejects.toThrow()
    await expect(Promise.resolve(app.deps.db.delete(auditEvents))).rejects.toThrow()
  })

  it('[F4] keeps a release as it is: the database refuses to change or delete one', async () => {
    const { submission } = await release(app, ada, { version: '8.0.0' })
    const where = eq(releases.submission_id, submission.id)
    await expect(
      Promise.resolve(app.deps.db.update(releases).set({ manifest: '{}' }).where(where)),
    ).rejects.toThrow()
    await expect(Promise.resolve(app.deps.db.delete(releases).where(where))).rejects.toThrow()
  })
})
