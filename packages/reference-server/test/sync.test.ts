import { cp, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemDetail, ItemList, Release, SubmissionList } from '@mothership/client/contract'
import { createKeyring, verifyManifest } from '@mothership/manifest'
import { packDirectory } from '@mothership/manifest/archive'
import { syncRuns } from '../src/db/schema/sync.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import { answer, registerAuthor } from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('imports on $name', (engine) => {
  let app: TestApp
  let folder: string

  beforeAll(async () => {
    app = await createTestApp(engine)
    folder = await mkdtemp(join(tmpdir(), 'mothership-marketplace-'))
    await writeMarketplace(folder)
  })
  afterAll(async () => {
    await rm(folder, { recursive: true, force: true })
    await app[Symbol.asyncDispose]()
  })

  async function list(category: string): Promise<ItemList> {
    return answer(await app.request(`/api/v1/marketplace/${category}/items?sort=name`), 200)
  }

  it('[M2] brings every local plugin and its skills in, and says what it left out and why', async () => {
    const { status, name, released, run } = await app.services.sync.importMarketplace({
      path: folder,
    })
    expect({ status, name, released }).toEqual({
      status: 'imported',
      name: 'Test Market',
      released: 3,
    })
    expect(run.summary).toEqual({
      discovered: 5,
      added: 3,
      updated: 0,
      skipped: 1,
      pending_review: 0,
      failed: 1,
    })
    const outcomes = Object.fromEntries(run.items.map(({ slug, outcome }) => [slug, outcome]))
    expect(outcomes).toEqual({
      'test-market.gardening': 'added',
      'test-market.gardening.watering': 'added',
      'test-market.cooking': 'added',
      'test-market.elsewhere': 'skipped',
      'test-market.missing': 'failed',
    })
    expect((await list('plugins')).items.map(({ slug }) => slug)).toEqual([
      'test-market.cooking',
      'test-market.gardening',
    ])
    const [recorded] = await app.deps.db.select().from(syncRuns)
    expect(recorded).toMatchObject({ status: 'completed', ...run.summary })
  })

  it('[M3] makes items of what the files say, signed by the importer and said to be', async () => {
    const base = '/api/v1/marketplace/plugins/items/test-market.gardening'
    const item = await answer<ItemDetail>(await app.request(base), 200)
    expect(item).toMatchObject({ version: '1.2.0', skills_count: 1, commands_count: 1 })
    expect(item.source).toMatchObject({ marketplace: 'Test Market' })
    const release = await answer<Release>(await app.request(`${base}/versions/1.2.0`), 200)
    expect(release.custody).toBe('importer')
    expect(verifyManifest(release.manifest, createKeyring(release.keys)).valid).toBe(true)
    const mode = (await stat(join(app.directory, 'secrets'))).mode & 0o777
    expect(mode & 0o077).toBe(0)
  })

  it('[M2] adds nothing the second time', async () => {
    const { status, run } = await app.services.sync.importMarketplace({ path: folder })
    expect(status).toBe('unchanged')
    expect(run.summary).toMatchObject({ added: 0, updated: 0, skipped: 4, failed: 1 })
  })

  it('[F4] records other bytes under the same version as a failure of that item alone', async () => {
    const file = join(folder, 'plugins/cooking/commands/menu.md')
    const text = await readFile(file, 'utf8')
    await writeFile(file, `${text}\nAnd a dessert.\n`)
    const changed = await app.services.sync.importMarketplace({ path: folder })
    expect(changed.run.summary).toMatchObject({ added: 0, updated: 0, skipped: 3, failed: 2 })
    expect(changed.run.items.find(({ slug }) => slug === 'test-market.cooking')).toMatchObject({
      outcome: 'failed',
      code: 'version_exists',
    })
    await writePlugin(folder, 'cooking', '2.0.0')
    const raised = await app.services.sync.importMarketplace({ path: folder })
    expect(raised.run.summary).toMatchObject({ updated: 1, skipped: 3, failed: 1 })
  })

  it('[M1] reads an archive with a folder around everything as it reads the folder', async () => {
    const archive = join(app.directory, 'market.tar.gz')
    const outer = await mkdtemp(join(tmpdir(), 'mothership-outer-'))
    await cp(folder, join(outer, 'market-main'), { recursive: true })
    await packDirectory(outer, archive)
    await rm(outer, { recursive: true })
    const { run } = await app.services.sync.importMarketplace({ path: archive })
    expect(run.summary).toMatchObject({ added: 0, updated: 0, skipped: 4 })
  })

  it('[M1] leaves items to a moderator when it is not told to approve them', async () => {
    await using other = await createTestApp(engine)
    const first = await other.services.sync.importMarketplace({ path: folder, autoApprove: false })
    expect(first.run.summary).toMatchObject({ added: 0, pending_review: 3 })
    const queue = await other.request('/api/v1/admin/moderation/queue', { key: other.operatorKey })
    const { submissions, total } = (await queue.json()) as SubmissionList
    expect(total).toBe(3)
    const cooking = submissions.find(({ slug }) => slug === 'test-market.cooking')
    expect(cooking?.findings.map(({ rule }) => rule)).toContain('not-carried-over')
    const second = await other.services.sync.importMarketplace({ path: folder })
    expect(second.run.summary).toMatchObject({ added: 3, pending_review: 0 })
  })

  it('[TS13] does not import into a namespace that an author owns', async () => {
    await using other = await createTestApp(engine)
    await registerAuthor(other, 'ada', ['test-market'])
    await expect(other.services.sync.importMarketplace({ path: folder })).rejects.toMatchObject({
      code: 'import_failed',
    })
  })

  it('[M4] offers a folder that several entries list once', async () => {
    const shared = await mkdtemp(join(tmpdir(), 'mothership-shared-'))
    const skill = (name: string): Promise<void> =>
      write(
        shared,
        `tools/${name}/SKILL.md`,
        `---\nname: ${name}\ndescription: Does ${name} well.\n---\nDo it.\n`,
      )
    await skill('one')
    await skill('two')
    await write(shared, '.claude-plugin/marketplace.json', {
      owner: { name: 'Tester' },
      plugins: [
        { name: 'first', source: './', strict: false, skills: ['./tools/one'] },
        { name: 'both', source: './', strict: false, skills: ['./tools/one', './tools/two'] },
      ],
    })
    const { run } = await app.services.sync.importMarketplace({ path: shared })
    await rm(shared, { recursive: true })
    const skills = run.items.filter(({ kind }) => kind === 'skill')
    expect(
      skills.map(({ slug, outcome }) => [slug.split('.').slice(1).join('.'), outcome]),
    ).toEqual([
      ['first.one', 'added'],
      ['both.one', 'skipped'],
      ['both.two', 'added'],
    ])
  })

  it('[M2] lets no entry stop the run, whatever it holds', async () => {
    const hostile = await mkdtemp(join(tmpdir(), 'mothership-hostile-'))
    await writePlugin(hostile, 'good', '1.0.0')
    for (const name of ['deep', 'texts']) await writePlugin(hostile, name, '1.0.0')
    await write(hostile, 'plugins/texts/.claude-plugin/plugin.json', {
      name: 'texts \0 \ud800',
      version: '1.0.0\0',
      description: 'nul \0, half a pair \udc00, and a lot: '.padEnd(100_000, 'x'),
      license: '\0',
      keywords: ['\0', 'k'.repeat(5000)],
    })
    await write(hostile, 'plugins/deep/.claude-plugin/plugin.json', '['.repeat(100_000))
    await write(hostile, 'plugins/good/skills/a/SKILL.md', `---\nname: ${'n'.repeat(9000)}\n---\n`)
    await write(hostile, 'plugins/good/skills/b/SKILL.md', '---\nname: [&a *a\n---\n\0\n')
    await write(hostile, '.claude-plugin/marketplace.json', {
      name: 'Hostile \0 \ud800 market',
      plugins: [
        { name: 'texts', source: './plugins/texts' },
        { name: 'deep', source: './plugins/deep' },
        { name: '\0', source: './plugins/\0' },
        { name: 'p'.repeat(10_000), source: `./${'p/'.repeat(5000)}` },
        { name: '__proto__', source: '../../../etc' },
        { name: 'constructor', source: { source: 'url', url: 'ext::sh -c true' } },
        null,
        7,
        { source: './plugins/good' },
        { name: 'good', source: './plugins/good' },
      ],
    })
    const { run } = await app.services.sync.importMarketplace({ path: hostile })
    await rm(hostile, { recursive: true })
    expect(run.status).toBe('completed')
    expect(run.items.some(({ slug, outcome }) => /good/.test(slug) && outcome === 'added')).toBe(
      true,
    )
    expect((await list('plugins')).items.length).toBeGreaterThan(2)
    expect((await list('skills')).items.length).toBeGreaterThan(0)
  })

  it('says so when there is no marketplace', async () => {
    for (const path of [join(folder, 'plugins'), join(folder, 'none')]) {
      await expect(app.services.sync.importMarketplace({ path })).rejects.toMatchObject({
        code: 'import_failed',
      })
    }
  })
})

async function writeMarketplace(folder: string): Promise<void> {
  await write(folder, '.claude-plugin/marketplace.json', {
    name: 'Test Market',
    owner: { name: 'Tester' },
    plugins: [
      { name: 'gardening', source: './plugins/gardening' },
      { name: 'cooking', source: './plugins/cooking' },
      { name: 'elsewhere', source: { source: 'github', repo: 'someone/elsewhere' } },
      { name: 'missing', source: './plugins/missing' },
    ],
  })
  await writePlugin(folder, 'gardening', '1.2.0')
  await write(
    folder,
    'plugins/gardening/skills/watering/SKILL.md',
    '---\nname: watering\ndescription: Says when and how much to water a plant.\n---\n\nLook at the soil first.\n',
  )
  await write(
    folder,
    'plugins/gardening/commands/plan.md',
    '---\ndescription: Plan a bed\n---\nPlan it.\n',
  )
  await writePlugin(folder, 'cooking', '1.0.0')
  await write(
    folder,
    'plugins/cooking/commands/menu.md',
    '---\ndescription: Make a menu\n---\nMake a menu.\n',
  )
}

async function writePlugin(folder: string, name: string, version: string): Promise<void> {
  await write(folder, `plugins/${name}/.claude-plugin/plugin.json`, {
    name,
    version,
    description: `Helps with ${name}, from the first idea to the last step of the work.`,
    mood: 'a field the format does not know',
    license: 'MIT',
  })
}

async function write(folder: string, path: string, content: object | string): Promise<void> {
  const file = join(folder, path)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2))
}
