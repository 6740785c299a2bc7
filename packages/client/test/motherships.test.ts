import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { http, HttpResponse, passthrough } from 'msw'
import { setupServer } from 'msw/node'
import { createMotherships, type NamedMothership } from '@mothership/client'
import { detail, release, summary } from './samples.ts'

const company = 'https://company.test'
const market = 'https://market.test'
const asked: string[] = []
const server = setupServer()
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => {
  server.resetHandlers()
  asked.length = 0
})
afterAll(() => server.close())

/** A mothership that has everything anybody asks for: the attacker lists the company's names, too. */
function answerAll(url: string) {
  const slugOf = (params: Record<string, unknown>) => String(params['slug'])
  const base = `${url}/api/v1/marketplace/skills/items`
  server.use(
    http.get(base, () => {
      asked.push(url)
      const items = ['acme.tool', 'globex.tool', 'plain'].map((slug) => ({ ...summary, slug }))
      return HttpResponse.json({ items, total: 3, page: 1, page_size: 20 })
    }),
    http.get(`${base}/:slug`, ({ params }) => {
      asked.push(url)
      return HttpResponse.json({ ...detail, slug: slugOf(params) })
    }),
    http.get(`${base}/:slug/versions/:version`, ({ params }) => {
      asked.push(url)
      return HttpResponse.json({ ...release, slug: slugOf(params) })
    }),
  )
}

const open = (...more: NamedMothership[]) =>
  createMotherships([
    { name: 'company', url: company, namespaces: ['acme', ''], retries: 0 },
    { name: 'market', url: market, namespaces: ['*'], retries: 0 },
    ...more,
  ])

describe('several motherships', () => {
  it('[TC11] take each namespace from exactly one, whatever the others list', async () => {
    answerAll(company)
    answerAll(market)
    const motherships = open()
    await motherships.releases.resolve({ kind: 'skill', slug: 'acme.tool' })
    await motherships.for('plain').skills.get('plain')
    expect(new Set(asked)).toEqual(new Set([company]))
    asked.length = 0
    await motherships.releases.resolve({ kind: 'skill', slug: 'globex.tool' })
    expect(new Set(asked)).toEqual(new Set([market]))
    const pages = await motherships.list('skill')
    expect(
      pages.map(({ mothership, page, foreign }) => [
        mothership,
        page.items.map(({ slug }) => slug),
        foreign,
      ]),
    ).toEqual([
      ['company', ['acme.tool', 'plain'], 1],
      ['market', ['globex.tool'], 2],
    ])
  })

  it('[TC11] never fall back to another one when the owner of a namespace is down', async () => {
    const down = 'http://127.0.0.1:1' // a port that nobody listens on
    server.use(http.get(`${down}/*`, () => passthrough()))
    answerAll(market)
    const motherships = createMotherships([
      { name: 'company', url: down, namespaces: ['acme', ''], retries: 0 },
      { name: 'market', url: market, namespaces: ['*'], retries: 0 },
    ])
    await expect(
      motherships.releases.resolve({ kind: 'skill', slug: 'acme.tool' }),
    ).rejects.toMatchObject({ code: 'unreachable' })
    expect(asked).toEqual([])
  })

  it('[TC11] update only from the mothership an item was installed from', async () => {
    answerAll(company)
    answerAll(market)
    const motherships = open()
    const item = { kind: 'skill', slug: 'acme.tool' } as const
    await motherships.releases.resolve({ ...item, mothership: 'company' })
    asked.length = 0
    await expect(
      motherships.releases.resolve({ ...item, mothership: 'market' }),
    ).rejects.toMatchObject({ code: 'wrong_mothership' })
    expect(() =>
      motherships.releases.download({ ...item, version: '1.0.0', mothership: 'market' }),
    ).toThrow(expect.objectContaining({ code: 'wrong_mothership' }))
    expect(asked).toEqual([])
  })

  it('[TC11] give a namespace that two claim to neither, and say so', async () => {
    answerAll(company)
    const rival = { name: 'rival', url: 'https://rival.test', namespaces: ['acme'] }
    const motherships = open(rival)
    expect(motherships.validate()).toMatchObject({
      status: 'error',
      message: expect.stringContaining('company and rival'),
    })
    expect(() => motherships.for('acme.tool')).toThrow(
      expect.objectContaining({ code: 'no_route' }),
    )
    expect(motherships.route('globex.tool')).toBe('market')
  })

  it('have no route for a namespace that nobody has', () => {
    const motherships = createMotherships([
      { name: 'company', url: company, namespaces: ['acme'], token: 'mst_0123456789abcdef0123' },
    ])
    expect(motherships.validate()).toEqual({ status: 'ok' })
    expect(() => motherships.for('other.tool')).toThrow(/add it to the `namespaces`/)
    expect(() => motherships.get('nobody')).toThrow(expect.objectContaining({ code: 'no_route' }))
    expect(open().validate()).toMatchObject({
      status: 'warning',
      message: expect.stringContaining('company: '),
    })
  })
})
