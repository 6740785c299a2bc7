import { http, HttpResponse } from 'msw'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, expectTypeOf, it } from 'vitest'
import {
  createMothership,
  type FoundItem,
  type ItemPage,
  type ItemsApi,
  type MothershipError,
  type MothershipOptions,
} from '@mothership/client'
import { detail, summary } from './samples.ts'

const url = 'https://mothership.test'
const base = `${url}/api/v1/marketplace`
const token = 'mst_0123456789abcdef0123'
const page = { items: [summary], total: 1, page: 1, page_size: 20 }

const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => server.resetHandlers())
afterAll(() => server.close())

function open(options: MothershipOptions = {}) {
  return createMothership({ env: {}, url, retries: 0, ...options })
}

function answerList(body: unknown, init?: { status?: number }) {
  server.use(http.get(`${base}/skills/items`, () => HttpResponse.json(body as object, init)))
}

describe('browsing', () => {
  it('answers a typed page that says where it comes from', async () => {
    answerList({ ...page, of_tomorrow: true, items: [{ ...summary, shiny: 1 }] })
    expect(await open().skills.list()).toEqual({ ...page, source: 'mothership' })
  })

  it('sends the query with its defaults and the credential in its header', async () => {
    const seen: Request[] = []
    server.use(
      http.get(`${base}/plugins/items`, ({ request }) => {
        seen.push(request)
        return HttpResponse.json({ ...page, items: [] })
      }),
    )
    await open({ token }).plugins.list({ search: 'a b', tags: ['x', 'y'], category: undefined })
    const [request] = seen
    expect(request && new URL(request.url).search).toBe(
      '?search=a+b&tags=x&tags=y&sort=popular&page=1&limit=20',
    )
    expect(request?.headers.get('x-api-token')).toBe(token)
    expect(request?.headers.get('authorization')).toBeNull()
  })

  it('sends each kind of credential in the header of its own', async () => {
    const seen: Headers[] = []
    server.use(
      http.get(`${base}/skills/items`, ({ request }) => {
        seen.push(request.headers)
        return HttpResponse.json(page)
      }),
    )
    await open({ apiKey: 'key' }).skills.list()
    await open({ accessToken: 'user' }).skills.list()
    expect(seen.map((headers) => headers.get('x-api-key'))).toEqual(['key', null])
    expect(seen.map((headers) => headers.get('authorization'))).toEqual([null, 'Bearer user'])
  })

  it('answers one item, health and categories', async () => {
    const health = {
      status: 'ok',
      mothership_id: 'm-1',
      version: '0.1.0',
      time: '2026-01-31T12:00:00Z',
      checks: { database: 'ok' },
    }
    server.use(
      http.get(`${base}/skills/items/tools.sorter`, () => HttpResponse.json(detail)),
      http.get(`${base}/health`, () => HttpResponse.json(health)),
      http.get(`${base}/categories`, () => HttpResponse.json({ categories: [] })),
    )
    const mothership = open()
    expect(await mothership.items('skill').get('tools.sorter')).toEqual({
      source: 'mothership',
      item: detail,
    })
    expect(await mothership.health()).toEqual({ ...health, source: 'mothership' })
    expect(await mothership.categories.list()).toEqual({ categories: [], source: 'mothership' })
  })
})

describe('degraded mode', () => {
  const cases: [string, MothershipOptions, () => void, string][] = [
    ['disabled', { enabled: false }, () => undefined, 'disabled'],
    ['without an address', { url: '' }, () => undefined, 'not_configured'],
    ['without a required token', { requireToken: true }, () => undefined, 'token_required'],
    [
      'with a bad token',
      { token: 'mst_bad_0123456789abcdef' },
      () =>
        answerList(
          { code: 'invalid_credential', detail: 'The token is unknown.', status: 401 },
          { status: 401 },
        ),
      'invalid_credential',
    ],
    [
      'with the mothership down',
      {},
      () => server.use(http.get(`${base}/skills/items`, () => HttpResponse.error())),
      'unreachable',
    ],
    [
      'with the mothership failing',
      {},
      () => answerList({ code: 'internal', detail: 'It broke.' }, { status: 500 }),
      'internal',
    ],
    [
      'behind a proxy that answers HTML',
      {},
      () =>
        server.use(
          http.get(`${base}/skills/items`, () => HttpResponse.html('<h1>No</h1>', { status: 502 })),
        ),
      'unknown',
    ],
    [
      'with a problem code of tomorrow',
      {},
      () => answerList({ code: 'out_of_cheese', detail: 'Redo.' }, { status: 409 }),
      'unknown',
    ],
    [
      'with an answer that misses a field',
      {},
      () => answerList({ items: [], total: 0, page: 1 }),
      'invalid_answer',
    ],
    [
      'with an answer that is no JSON',
      {},
      () => server.use(http.get(`${base}/skills/items`, () => HttpResponse.text('{"items":'))),
      'invalid_answer',
    ],
  ]

  it.each(cases)(
    '%s: answers an empty page that says what to do',
    async (_, given, arrange, code) => {
      arrange()
      const told: MothershipError[] = []
      const mothership = open({
        ...given,
        documentationUrl: 'https://docs.example',
        onDegraded: (error) => told.push(error),
      })
      const answer = await mothership.skills.list({ page: 3, limit: 7 })
      expect(answer).toEqual({
        items: [],
        total: 0,
        page: 3,
        page_size: 7,
        source: 'none',
        code,
        message: expect.stringMatching(/\w{3}/),
        documentation_url: 'https://docs.example',
        issues: expect.any(Array),
      })
      expect(told.map((error) => error.code)).toEqual([code])
    },
  )

  it.each(cases)(
    '%s: throws the same as a typed error when strict',
    async (_, given, arrange, code) => {
      arrange()
      const mothership = createMothership({ env: {}, url, retries: 0, ...given, strict: true })
      await expect(mothership.skills.list()).rejects.toMatchObject({
        name: 'MothershipError',
        code,
      })
    },
  )

  it('has no empty answers in the types of strict mode', () => {
    const { skills } = createMothership({ env: {}, url, strict: true })
    expectTypeOf<ReturnType<typeof skills.list>>().toEqualTypeOf<Promise<ItemPage>>()
    expectTypeOf<ReturnType<typeof skills.get>>().toEqualTypeOf<Promise<FoundItem>>()
    expectTypeOf<ReturnType<ItemsApi['list']>>().not.toEqualTypeOf<Promise<ItemPage>>()
  })

  it('answers every other degrading call with a value of its own', async () => {
    const note = { source: 'none', code: 'disabled' }
    const mothership = open({ enabled: false })
    expect(await mothership.skills.get('a.b')).toMatchObject({ ...note, item: null })
    expect(await mothership.skills.versions('a.b')).toMatchObject({ ...note, versions: [] })
    expect(await mothership.categories.list()).toMatchObject({ ...note, categories: [] })
    expect(await mothership.health()).toMatchObject({ ...note, status: 'unavailable' })
    expect(
      await mothership.submissions.create({ manifest: {}, package: new Uint8Array(1) }),
    ).toMatchObject({ ...note, status: 'failed' })
    expect(
      await mothership.usage.report({ instance_id: 'i', window_id: 'w', events: [] }),
    ).toMatchObject({ ...note, accepted: 0 })
  })

  it('tells an item that does not exist from a mothership that does not answer', async () => {
    server.use(
      http.get(`${base}/skills/items/a.b`, () =>
        HttpResponse.json({ code: 'not_found', detail: 'There is no a.b.' }, { status: 404 }),
      ),
    )
    expect(await open().skills.get('a.b')).toMatchObject({ item: null, code: 'not_found' })
  })

  it('sends nothing for input the mothership would refuse', async () => {
    const mothership = open() // an unhandled request would be an error of another code
    expect(await mothership.skills.get('../../admin')).toMatchObject({
      item: null,
      code: 'invalid_request',
      issues: [{ path: 'slug' }],
    })
    expect(await mothership.skills.list({ limit: 500 })).toMatchObject({
      code: 'invalid_request',
      page_size: 500,
    })
  })

  it('lets a cancelled call reject with the signal’s reason', async () => {
    const reason = new Error('the user left')
    await expect(open().skills.list({}, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
  })

  it('carries the issues and the request id of a problem', async () => {
    answerList(
      {
        code: 'invalid_request',
        detail: 'No.',
        issues: [{ path: 'query.page', message: 'too small' }],
        request_id: 'r-1',
      },
      { status: 400 },
    )
    await expect(
      createMothership({ env: {}, url, strict: true }).skills.list(),
    ).rejects.toMatchObject({
      status: 400,
      requestId: 'r-1',
      issues: [{ path: 'query.page', message: 'too small' }],
    })
  })

  it('never throws while it is made, and tells a faulty configuration', () => {
    const mothership = createMothership({ env: {}, url: 'not a url' })
    expect(mothership.validate()).toMatchObject({ status: 'error' })
    expect(mothership.isConfigured()).toBe(false)
    expect(open({ token }).isConfigured()).toBe(true)
  })
})
