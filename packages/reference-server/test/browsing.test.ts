import { sql } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  InstallReceipt,
  ItemContent,
  ItemDetail,
  ItemFacets,
  ItemList,
  ProblemDocument,
  RatingSummary,
  ReviewList,
  TopicList,
} from '@mothership/client/contract'
import { items } from '../src/db/schema/catalog.ts'
import { createAnswerMemory } from '../src/features/catalog/answer-memory.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import {
  answer,
  type Author,
  packText,
  registerAuthor,
  release,
  signSkill,
  submit,
} from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe('an answer memory', () => {
  it('[A13] asks once for what two want at once, again for what failed, and keeps no more than its bound', async () => {
    const remember = createAnswerMemory(2)
    let asked = 0
    const ask = (): Promise<number> => Promise.resolve((asked += 1))
    expect(await Promise.all([remember('a', ask), remember('a', ask)])).toEqual([1, 1])
    await expect(remember('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await remember('b', ask)).toBe(2)
    await remember('a', ask)
    await remember('c', ask) // b was asked for longest ago
    expect([await remember('a', ask), await remember('b', ask)]).toEqual([1, 4])
  })
})

describe.each(await databaseEngines())('browsing on $name', (engine) => {
  let app: TestApp
  let ada: Author
  let satellite: string

  beforeAll(async () => {
    app = await createTestApp(engine)
    ada = await registerAuthor(app, 'ada')
    satellite = await credential('satellite')
    await release(app, ada, { metadata: { category: 'testing', tags: ['text', 'counting'] } })
    await release(app, ada, {
      slug: 'ada.zebra',
      name: 'Zebra crossing',
      metadata: { category: 'writing', tags: ['text'] },
    })
    // Many with the same value, so that ties are what pages are cut through.
    await app.deps.db.insert(items).values(
      Array.from({ length: 130 }, (_, n) => ({
        kind: 'theme',
        slug: `ada.theme-${n}`,
        name: `Theme ${['Äther', 'beta', 'Beta', 'gamma'][n % 4]}`,
        description: 'A theme among many, for lists that are long enough to have pages.',
        version: '1.0.0',
        author_id: 'ada',
        license_type: 'open_source' as const,
        tags: n % 2 === 0 ? ['even'] : ['odd', 'text'],
        category: n % 3 === 0 ? 'devops' : 'unheard-of',
        recommended_models: [],
        install_count: n % 5,
        download_count: n % 7,
        rating_average: n % 6 === 0 ? null : 1 + (n % 5),
        rating_count: n % 6 === 0 ? 0 : n % 9,
        skills_count: 0,
        commands_count: 0,
        agents_count: 0,
        hooks_count: 0,
        mcp_servers_count: 0,
        published_at: new Date(Date.UTC(2026, 0, 1 + (n % 11), 0, 0, 0, n % 3)),
        updated_at: new Date(0),
        search_title: `theme ${n % 4}`,
        search_labels: 'look',
        search_text: 'a theme',
      })),
    )
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function credential(role: 'satellite' | 'operator'): Promise<string> {
    const made = await app.deps.db.transaction((tx) =>
      app.services.credentials.create(tx, { role, name: 'a host' }, { role: 'server', id: 'test' }),
    )
    return made.key
  }

  const base = '/api/v1/marketplace'
  const skills = `${base}/skills/items`

  async function list(query: string, kind = 'themes'): Promise<ItemList> {
    return answer<ItemList>(await app.request(`${base}/${kind}/items${query}`), 200)
  }

  it.each(['popular', 'newest', 'name', 'rating', 'relevance'])(
    '[M6] walks a whole list by its cursors, ordered by %s, as page numbers do, each item once',
    async (sort) => {
      const search = sort === 'relevance' ? '&search=theme' : ''
      const walked: string[] = []
      let cursor = ''
      do {
        const page = await list(`?sort=${sort}&limit=17${search}${cursor}`)
        walked.push(...page.items.map(({ slug }) => slug))
        cursor = page.next_cursor === undefined ? '' : `&cursor=${page.next_cursor}`
      } while (cursor !== '')
      const counted: string[] = []
      for (const page of [1, 2]) {
        const { items: found } = await list(`?sort=${sort}&limit=100&page=${page}${search}`)
        counted.push(...found.map(({ slug }) => slug))
      }
      expect(walked).toEqual(counted)
      expect(new Set(walked).size).toBe(130)
    },
  )

  it('[M6] orders by the formulas that the README gives', async () => {
    const popular = (await list('?limit=100')).items.map(
      ({ install_count, download_count }) => 5 * install_count + download_count,
    )
    expect(popular).toEqual([...popular].sort((a, b) => b - a))
    const rated = (await list('?sort=rating&limit=100')).items.map(
      ({ rating_average, rating_count }) =>
        ((rating_average ?? 0) * rating_count + 15) / (rating_count + 5),
    )
    expect(rated).toEqual([...rated].sort((a, b) => b - a))
  })

  it('[TS20] refuses a cursor that it did not write, or wrote for another order', async () => {
    const { next_cursor } = await list('?sort=name&limit=5')
    const forge = (value: unknown): string =>
      Buffer.from(JSON.stringify(value)).toString('base64url')
    for (const cursor of [
      'nonsense',
      forge(['popular', "1'; drop table items; --", '', '']),
      forge(['popular', '9'.repeat(40), '', '']),
      forge(['popular', '1', 'a\0', '']),
      forge(['rating', '1', 'a', 'ada.theme-1']),
      forge({ sort: 'popular' }),
      forge(['popular', '1', 2]),
      next_cursor,
    ]) {
      const refused = await app.request(`${base}/themes/items?sort=popular&cursor=${cursor}`)
      expect(refused.status, cursor).toBe(400)
      expect(((await refused.json()) as ProblemDocument).code).toBe('invalid_request')
    }
  })

  it('[A11] finds what is spelled nearly right, when nothing is spelled so', async () => {
    const slugs = async (search: string): Promise<string[]> =>
      (await list(`?search=${search}`, 'skills')).items.map(({ slug }) => slug)
    expect(await slugs('zebar')).toEqual(['ada.zebra'])
    expect(await slugs('zebra%20crosing')).toEqual(['ada.zebra'])
    expect(await slugs('word%20cuont')).toEqual(['ada.word-count'])
    expect(await slugs('xylophone')).toEqual([])
    expect(await slugs('zbr')).toEqual([])
  })

  it('[M6] puts what has the word in its name before what has it in its text', async () => {
    await release(app, ada, {
      slug: 'ada.other',
      name: 'Something else',
      description: 'Knows all about the zebra and other animals of the steppe, in some detail.',
    })
    const { items: found } = await list('?search=zebra&sort=relevance', 'skills')
    expect(found.map(({ slug }) => slug)).toEqual(['ada.zebra', 'ada.other'])
  })

  it('[M6] counts the topics, tags and licences of a filter', async () => {
    const facets = async (query: string): Promise<ItemFacets> =>
      answer<ItemFacets>(await app.request(`${base}/themes/facets${query}`), 200)
    expect(await facets('')).toMatchObject({
      topics: [
        { value: 'unheard-of', count: 86 },
        { value: 'devops', count: 44 },
      ],
      tags: [
        { value: 'even', count: 65 },
        { value: 'odd', count: 65 },
        { value: 'text', count: 65 },
      ],
      license_types: [{ value: 'open_source', count: 130 }],
    })
    expect((await facets('?tags=odd&category=devops')).tags).toEqual([
      { value: 'odd', count: 22 },
      { value: 'text', count: 22 },
    ])
  })

  it('[M6] nests topics: an item of an inner one is an item of the outer one', async () => {
    const { topics } = await answer<TopicList>(await app.request(`${base}/categories/topics`), 200)
    expect(topics.find(({ id }) => id === 'devops')).toMatchObject({
      parent_id: 'development',
      item_count: 44,
    })
    expect(topics.find(({ id }) => id === 'development')?.item_count).toBe(45)
    expect((await list('?category=development')).total).toBe(44)
    expect((await list('?category=devops')).total).toBe(44)
    expect((await list('?category=unheard-of')).total).toBe(86)
    expect((await list('?category=development', 'skills')).items.map(({ slug }) => slug)).toEqual([
      'ada.word-count',
    ])
  })

  it('[A13] names a list by the version of what it shows: the tag changes when the list does', async () => {
    const tag = async (): Promise<string> => (await app.request(skills)).headers.get('etag') ?? ''
    const first = await tag()
    expect(await tag()).toBe(first)
    const { total } = await list('', 'skills')
    await release(app, ada, { slug: `ada.new-${engine.name}` })
    expect(await tag()).not.toBe(first)
    expect((await list('', 'skills')).total).toBe(total + 1)
    const held = await app.request(skills, { headers: { 'If-None-Match': await tag() } })
    expect(held.status).toBe(304)
  })

  it('[A11] takes one rating from each rater, who may change it, and averages them', async () => {
    const rating = `${skills}/ada.zebra/rating`
    const rate = (headers: Record<string, string>, stars: number, review?: string) =>
      app.request(rating, {
        method: 'PUT',
        headers,
        json: { rating: stars, ...(review === undefined ? {} : { review }) },
      })
    const host = { 'X-API-Token': satellite }
    const operator = { 'X-API-Key': app.operatorKey }
    expect((await rate({}, 5)).status).toBe(401)
    expect((await rate({ 'X-API-Key': ada.accessKey }, 5)).status).toBe(403)
    for (const stars of [0, 6, 2.5]) expect((await rate(host, stars)).status).toBe(400)
    await answer(await rate(host, 1, '<b>Bad.</b>'), 200)
    await answer(await rate(operator, 4), 200)
    const changed = await answer<RatingSummary>(await rate(host, 5, 'Good after all.'), 200)
    expect(changed).toEqual({ rating_average: 4.5, rating_count: 2 })
    const { reviews, total } = await answer<ReviewList>(
      await app.request(`${skills}/ada.zebra/reviews`),
      200,
    )
    expect(total).toBe(2)
    expect(reviews[0]).toMatchObject({ rating: 5, review: 'Good after all.' })
    const item = await answer<ItemDetail>(await app.request(`${skills}/ada.zebra`), 200)
    expect(item).toMatchObject({ rating_average: 4.5, rating_count: 2 })
    const gone = await app.request(rating, { method: 'DELETE', headers: operator })
    expect(await answer<RatingSummary>(gone, 200)).toEqual({ rating_average: 5, rating_count: 1 })
    expect((await app.request(`${skills}/ada.none/reviews`)).status).toBe(404)
  })

  it('[A11] loses no rating of many at once', async () => {
    const hosts = await Promise.all(Array.from({ length: 8 }, () => credential('satellite')))
    const answers = await Promise.all(
      hosts.map((token, n) =>
        app.request(`${skills}/ada.word-count/rating`, {
          method: 'PUT',
          headers: { 'X-API-Token': token },
          json: { rating: 1 + (n % 5) },
        }),
      ),
    )
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 8 }, () => 200))
    const path = `${skills}/ada.word-count`
    const item = await answer<ItemDetail>(await app.request(path), 200)
    expect(item).toMatchObject({ rating_count: 8, rating_average: 21 / 8 })
  })

  it('[A7] counts views, downloads and installs in batches, an installer once', async () => {
    await app.services.counts.flush()
    const path = `${skills}/ada.zebra`
    const before = await answer<ItemDetail>(await app.request(path), 200)
    const install = () =>
      app.request(`${path}/install`, { headers: { 'X-API-Token': satellite }, json: {} })
    expect((await answer<InstallReceipt>(await install(), 200)).counted).toBe(true)
    expect((await answer<InstallReceipt>(await install(), 200)).counted).toBe(false)
    const removed = await app.request(`${path}/uninstall`, {
      headers: { 'X-API-Token': satellite },
      json: {},
    })
    expect((await answer<InstallReceipt>(removed, 200)).counted).toBe(true)
    const bytes = await app.request(`${base}/releases/skills/ada.zebra/1.0.0/package`)
    await bytes.arrayBuffer()
    await Promise.all([app.services.counts.flush(), app.services.counts.flush()])
    const after = await answer<ItemDetail>(await app.request(path), 200)
    expect(after.install_count - before.install_count).toBe(1)
    expect(after.download_count - before.download_count).toBe(1)
    expect(after.view_count - before.view_count).toBe(1)
    const { rows } = await app.deps.db.execute(sql`select * from count_events`)
    expect(rows).toEqual([])
  })

  it('[M7] answers the instructions, scripts and references of a skill, and reads its package once', async () => {
    const { binding, bytes } = await packText({
      'SKILL.md': '---\nname: x\ndescription: y\n---\n\nRead references/more.md.\n',
      'scripts/run.py': 'print(1)\n',
      'scripts/blob.py': 'a\0b',
      'references/more.md': '# More\n',
      'extra/guide.md': '# Guide\n',
      'unrelated.txt': 'x',
    })
    const { manifest } = await signSkill(ada, {
      slug: 'ada.content',
      content: { instructions: 'SKILL.md', references: [{ path: 'extra/guide.md' }] },
      ...binding,
    })
    const sent = await submit(app, ada.accessKey, { manifest, bytes })
    const { id } = await answer<{ id: string }>(sent, 201)
    const queue = `/api/v1/admin/moderation/queue/${id}/approve`
    await answer(await app.request(queue, { key: app.operatorKey, json: {} }), 200)

    const path = `${skills}/ada.content/content`
    const content = await answer<ItemContent>(await app.request(path), 200)
    expect(content.instructions?.text).toContain('Read references/more.md.')
    expect(content.scripts.map((file) => file.path)).toEqual(['scripts/run.py'])
    expect(content.references.map((file) => file.path)).toEqual([
      'extra/guide.md',
      'references/more.md',
    ])
    expect(content.omitted).toEqual(['scripts/blob.py'])
    expect(content.tree_sha256).toBe(manifest.tree_sha256)
    await app.deps.blobs.delete(manifest.package_sha256)
    expect(await answer<ItemContent>(await app.request(`${path}?version=1.0.0`), 200)).toEqual(
      content,
    )
    expect((await app.request(`${path}?version=9.9.9`)).status).toBe(404)
  })
})
