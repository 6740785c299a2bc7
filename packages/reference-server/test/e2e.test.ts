import { access, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createMothership, type Mothership } from '@mothership/client'
import { type ArtifactSource, createInstaller } from '@mothership/installer-core'
import { createKeyring, createSigner, generateKeyPair } from '@mothership/manifest'
import { afterAll, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import { type RunningServer, startServer } from '../src/compose.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import { signSkill } from './support/author.ts'

describe.each(await databaseEngines())('the way of an item on $name', (engine) => {
  let directory: string
  let server: RunningServer
  let operator: Mothership<never>
  let visitor: Mothership<never>

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'mothership-e2e-'))
    server = await startServer({
      dataDirectory: join(directory, 'server'),
      database: { engine: 'postgres', url: await engine.createUrl() },
      importFrom: resolve(import.meta.dirname, '../../../examples/sample-marketplace'),
      checkAnswers: true,
    })
    const apiKey = (await readFile(server.operatorKeyFile, 'utf8')).trim()
    operator = createMothership({ url: server.url, apiKey, strict: true, env: {} })
    visitor = createMothership({ url: server.url, strict: true, env: {} })
  })
  afterAll(async () => {
    await server.close()
    await rm(directory, { recursive: true, force: true })
  })

  it('[F15] gives the installer its releases: the client’s downloads are an artifact source', () => {
    expectTypeOf(visitor.releases).toExtend<ArtifactSource>()
    const source: ArtifactSource = visitor.releases
    expect(source).toBe(visitor.releases)
  })

  it('[M2] imports the sample marketplace at start, whole', async () => {
    const imported = await server.imported
    expect(imported).toMatchObject({ status: 'imported', problems: 0 })
    const { items, total } = await visitor.plugins.list({ limit: 100 })
    expect(total).toBe(14)
    const { items: skills } = await visitor.skills.list({ limit: 100 })
    expect(items.length + skills.length).toBe(imported?.released)
  })

  it('[C4] goes from an author’s key to a host’s folder, and back as usage', async () => {
    const { access_key } = await operator.publishers.create({
      author_id: 'ada',
      display_name: 'Ada',
      namespaces: ['ada'],
    })
    const signer = createSigner(generateKeyPair())
    const ada = createMothership({ url: server.url, apiKey: access_key, strict: true, env: {} })
    await ada.publishers.addKey('ada', signer)
    const signed = await signSkill({ author_id: 'ada', signer })
    const submission = await ada.submissions.create({
      manifest: signed.manifest,
      package: signed.bytes,
    })
    expect(submission.status).toBe('pending')
    await expect(visitor.skills.get('ada.word-count')).rejects.toMatchObject({ code: 'not_found' })
    await operator.moderation.approve(submission.id, 'Well done.')

    const found = await visitor.skills.list({ search: 'word' })
    expect(found.items.map(({ slug }) => slug)).toContain('ada.word-count')
    const { keys } = await visitor.publishers.keys('ada')
    const host = join(directory, 'host-skills')
    const installer = createInstaller({
      directory: join(directory, 'installer'),
      targets: { skill: host },
      source: visitor.releases,
      keyring: createKeyring(keys),
      approve: () => Promise.resolve({ approved: true }),
    })
    const { outcome, record } = await installer.install({ kind: 'skill', slug: 'ada.word-count' })
    expect(outcome).toBe('installed')
    await access(join(record.directory, 'SKILL.md'))

    const event = { kind: 'skill', slug: 'ada.word-count', version: '1.0.0' } as const
    const events = [{ ...event, executions: 3, successes: 3, failures: 0 }]
    const report = { instance_id: 'host', window_id: 'w1', events }
    expect((await visitor.usage.report(report)).accepted).toBe(1)
    expect((await visitor.usage.report(report)).accepted).toBe(0)
    const usage = await operator.usage.summary()
    expect(usage.items.find(({ slug }) => slug === 'ada.word-count')?.executions).toBe(3)
    // Another client: the visitor's keeps what it saw a moment ago.
    const item = await operator.skills.get('ada.word-count')
    expect(item.item?.download_count).toBe(1)
  })

  it('[C4] installs an imported plugin, whose importer key the host chose to trust', async () => {
    const release = await visitor.releases.resolve({
      kind: 'plugin',
      slug: (await visitor.plugins.list({ limit: 1 })).items[0]?.slug ?? '',
    })
    expect(release.custody).toBe('importer')
    const installer = createInstaller({
      directory: join(directory, 'installer-2'),
      targets: { plugin: join(directory, 'host-plugins') },
      source: visitor.releases,
      keyring: createKeyring(release.keys),
      approve: () => Promise.resolve({ approved: true }),
    })
    const { record } = await installer.install({ kind: 'plugin', slug: release.slug })
    await access(join(record.directory, '.claude-plugin', 'plugin.json'))
  })
})
