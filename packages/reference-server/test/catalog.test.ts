import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  CategoryList,
  ItemDetail,
  ItemList,
  Release,
  ReleaseList,
} from '@mothership/client/contract'
import { createKeyring, kinds, treeDigest, verifyManifest } from '@mothership/manifest'
import { databaseEngines } from '../src/testing/test-database.ts'
import {
  answer,
  type Author,
  registerAuthor,
  release,
  type SignedPackage,
} from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('the catalogue on $name', (engine) => {
  let app: TestApp
  let ada: Author
  let newest: SignedPackage

  beforeAll(async () => {
    app = await createTestApp(engine)
    ada = await registerAuthor(app, 'ada')
    await release(app, ada, { version: '1.0.0' })
    newest = await release(app, ada, { version: '1.10.0' })
    await release(app, ada, { version: '1.9.0' })
    await release(app, ada, { version: '2.0.0-beta.1' })
    await release(app, ada, {
      slug: 'ada.percent',
      name: 'Hundred %_ signs',
      description: 'Formats numbers with a percent sign at the end of each line.',
      metadata: { category: 'numbers', tags: ['text', 'numbers'] },
    })
    await release(app, ada, {
      slug: 'ada.zebra',
      name: 'zebra crossing',
      description: 'Says where to cross a road, in words a pedestrian understands.',
      permissions: ['network:api.example.org'],
      metadata: { category: 'travel', tags: ['roads'] },
    })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const skills = '/api/v1/marketplace/skills/items'

  async function list(query = ''): Promise<ItemList> {
    return answer<ItemList>(await app.request(`${skills}${query}`), 200)
  }

  async function slugs(query: string): Promise<string[]> {
    return (await list(query)).items.map(({ slug }) => slug)
  }

  it('[C1] lists the nine kinds with how many items each has', async () => {
    const { categories } = await answer<CategoryList>(
      await app.request('/api/v1/marketplace/categories'),
      200,
    )
    expect(categories.map(({ kind }) => kind).sort()).toEqual([...kinds].sort())
    expect(categories.find(({ id }) => id === 'skills')?.item_count).toBe(3)
    expect(categories.find(({ id }) => id === 'themes')?.item_count).toBe(0)
  })

  it('[M6] lists items at their highest stable version, in the order asked for', async () => {
    const { items, total, page, page_size } = await list('?sort=name')
    expect({ total, page, page_size }).toEqual({ total: 3, page: 1, page_size: 20 })
    expect(items.map(({ name }) => name)).toEqual([
      'Hundred %_ signs',
      'Word count',
      'zebra crossing',
    ])
    expect(items.find(({ slug }) => slug === 'ada.word-count')?.version).toBe('1.10.0')
    expect((await slugs('?sort=newest'))[0]).toBe('ada.zebra')
  })

  it('[M6] filters by topic and by all of several tags', async () => {
    expect(await slugs('?category=writing')).toEqual(['ada.word-count'])
    expect(await slugs('?tags=text')).toHaveLength(2)
    expect(await slugs('?tags[]=text&tags[]=numbers')).toEqual(['ada.percent'])
    expect(await slugs('?tags=text,nothing')).toEqual([])
  })

  it('[M6] pages through a list, each item once', async () => {
    const first = await slugs('?limit=2&page=1&sort=name')
    const second = await slugs('?limit=2&page=2&sort=name')
    expect([...first, ...second]).toEqual(['ada.percent', 'ada.word-count', 'ada.zebra'])
    expect(await slugs('?limit=2&page=9')).toEqual([])
    for (const query of ['?limit=0', '?limit=101', '?page=0', '?page=1e9', '?sort=worst', '?x=1']) {
      expect((await app.request(`${skills}${query}`)).status, query).toBe(400)
    }
  })

  it('[A11] finds items by the beginnings of words in name, tags and description', async () => {
    expect(await slugs('?search=pedest')).toEqual(['ada.zebra'])
    expect(await slugs('?search=WORD%20count')).toEqual(['ada.word-count'])
    expect(await slugs('?search=numbers')).toEqual(['ada.percent'])
    expect(await slugs('?search=nothing-of-the-kind')).toEqual([])
  })

  it('[TS10] takes query languages in a search as plain text', async () => {
    expect(await slugs(`?search=${encodeURIComponent('%_')}`)).toEqual(['ada.percent'])
    expect(await slugs(`?search=${encodeURIComponent('%')}`)).toEqual(['ada.percent'])
    const hostile = [
      "'; drop table items; --",
      'a & | ! ( ) <-> :* b',
      "' or 1=1 --",
      String.raw`\ \\ \% \_`,
      'ﷺ 𝒜 ñ 字 \u0301',
      '((((((((((',
      '!!!',
      ':*',
      'a'.repeat(200),
      'ab '.repeat(66),
    ]
    for (const search of hostile) {
      const found = await app.request(`${skills}?search=${encodeURIComponent(search)}`)
      expect(found.status, search).toBe(200)
    }
    expect((await app.request(`${skills}?search=${'a'.repeat(201)}`)).status).toBe(400)
    for (const field of ['search', 'category', 'tags']) {
      expect((await app.request(`${skills}?${field}=a%00b`)).status, field).toBe(400)
    }
    expect((await list()).total).toBe(3)
  })

  it('[A7] shows an item with everything its page needs', async () => {
    const item = await answer<ItemDetail>(await app.request(`${skills}/ada.zebra`), 200)
    expect(item).toMatchObject({ author_id: 'ada', license: 'MIT', license_type: 'open_source' })
    expect(item.permissions).toEqual([
      { permission: 'network:api.example.org', explanation: expect.stringMatching(/\S+ \S+/) },
    ])
    expect((await app.request(`${skills}/ada.none`)).status).toBe(404)
    expect((await app.request('/api/v1/marketplace/widgets/items/ada.zebra')).status).toBe(404)
    expect((await app.request('/api/v1/marketplace/nonsense/items')).status).toBe(404)
  })

  it('[F4] lists versions, highest first, and a release that verifies as it was received', async () => {
    const path = `${skills}/ada.word-count/versions`
    const { versions } = await answer<ReleaseList>(await app.request(path), 200)
    expect(versions.map(({ version }) => version)).toEqual([
      '2.0.0-beta.1',
      '1.10.0',
      '1.9.0',
      '1.0.0',
    ])
    const found = await answer<Release>(await app.request(`${path}/1.10.0`), 200)
    expect(found.manifest).toEqual(newest.manifest)
    expect(treeDigest(found.files)).toBe(newest.manifest.tree_sha256)
    const verdict = verifyManifest(found.manifest, createKeyring(found.keys), {
      at: found.approved_at,
    })
    expect(verdict).toMatchObject({ valid: true, manifest_sha256: found.manifest_sha256 })
    expect(found.custody).toBe('self')
    expect((await app.request(`${path}/1.1.1`)).status).toBe(404)
  })

  it('[C9] answers the list at the kind’s own path too', async () => {
    const alias = await app.request('/api/v1/marketplace/skills?search=zebra')
    const { items, ...rest } = await list('?search=zebra')
    expect(await alias.json()).toEqual({ skills: items, ...rest })
  })

  it('[A13] sends an unchanged answer once', async () => {
    const first = await app.request(skills)
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[\w-]{43}"$/)
    const again = await app.request(skills, { headers: { 'If-None-Match': etag } })
    expect(again.status).toBe(304)
    expect(await again.text()).toBe('')
  })
})
