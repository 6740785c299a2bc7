import { describe, expect, it } from 'vitest'
import {
  type CachedAnswer,
  type CacheStore,
  createMothership,
  type MothershipEvent,
  type MothershipOptions,
} from '@mothership/client'
import { answerJson, openLoopbackServer } from './loopback-server.ts'
import { detail, release, summary } from './samples.ts'

const page = { items: [summary], total: 1, page: 1, page_size: 20 }

/** A mothership that answers one page with an ETag, or as `state` says. */
async function openShop(options: MothershipOptions = {}) {
  const state = { mode: 'up' as 'up' | 'down' | 'refuses' | 'busy', etag: '"v1"', now: 1_000_000 }
  const statuses: number[] = []
  const server = await openLoopbackServer((request, response) => {
    if (state.mode === 'refuses') return answerJson(response, { code: 'invalid_credential' }, 401)
    if (state.mode === 'busy') return answerJson(response, { code: 'rate_limited' }, 429)
    if (state.mode === 'down') {
      response.destroy()
      return undefined
    }
    const known = request.headers['if-none-match'] === state.etag
    statuses.push(known ? 304 : 200)
    response.setHeader('etag', state.etag)
    if (known) {
      response.writeHead(304).end()
      return undefined
    }
    const path = request.url ?? ''
    return answerJson(
      response,
      path.includes('/versions/') ? release : path.includes('/tools.sorter') ? detail : page,
    )
  })
  const events: MothershipEvent[] = []
  const open = (more: MothershipOptions = {}) => {
    const now = () => state.now
    const given = { env: {}, url: server.url, retries: 0, breakerFailures: 0, now }
    const mothership = createMothership({ ...given, ...options, ...more })
    mothership.on('event', (event) => events.push(event))
    return mothership
  }
  const results = () => events.flatMap((event) => (event.type === 'cache' ? [event.result] : []))
  return { ...server, server, state, statuses, open, results, events }
}

describe('the cache', () => {
  it('[A4] answers from memory for 300 seconds, then asks whether it still holds', async () => {
    const shop = await openShop()
    await using _ = shop.server
    const mothership = shop.open()
    expect(await mothership.skills.list()).toMatchObject({ total: 1, source: 'mothership' })
    shop.state.now += 299_999
    expect(await mothership.skills.list()).toEqual({
      ...page,
      source: 'cache',
      confirmed_at: '1970-01-01T00:16:40.000Z',
    })
    expect(shop.statuses).toEqual([200])
    shop.state.now += 1
    expect(await mothership.skills.list()).toEqual({ ...page, source: 'mothership' })
    expect(await mothership.skills.list()).toMatchObject({ source: 'cache' })
    expect(shop.statuses).toEqual([200, 304])
    expect(shop.results()).toEqual(['stored', 'hit', 'confirmed', 'hit'])
  })

  it('takes the new answer when the ETag changed', async () => {
    const shop = await openShop({ cacheTtlMs: 0 })
    await using _ = shop.server
    const mothership = shop.open()
    await mothership.skills.list()
    shop.state.etag = '"v2"'
    await mothership.skills.list()
    await mothership.skills.list()
    expect(shop.statuses).toEqual([200, 200, 304])
  })

  it.each(['down', 'busy'] as const)(
    'answers what it last knew when the mothership is %s, and says so',
    async (mode) => {
      const shop = await openShop()
      await using _ = shop.server
      const mothership = shop.open()
      await mothership.skills.list()
      await mothership.skills.get('tools.sorter')
      shop.state.mode = mode
      shop.state.now += 86_400_000
      const answer = await mothership.skills.list()
      expect(answer).toEqual({
        ...page,
        source: 'cache',
        confirmed_at: '1970-01-01T00:16:40.000Z',
        stale: {
          code: mode === 'down' ? 'unreachable' : 'rate_limited',
          message: expect.any(String),
        },
      })
      expect(await mothership.skills.get('tools.sorter')).toMatchObject({ item: detail })
      expect(await mothership.plugins.list()).toMatchObject({ source: 'none', items: [] })
      expect(shop.results().slice(-2)).toEqual(['stale', 'stale'])
    },
  )

  it('answers nothing it kept when the credential is refused, or when it is strict', async () => {
    const shop = await openShop({ cacheTtlMs: 0 })
    await using _ = shop.server
    const mothership = shop.open()
    const strict = shop.open({ strict: true })
    await mothership.skills.list()
    await strict.skills.list()
    shop.state.mode = 'refuses'
    expect(await mothership.skills.list()).toMatchObject({ code: 'invalid_credential', items: [] })
    shop.state.mode = 'down'
    await expect(strict.skills.list()).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('asks about a release each time, and never answers an old one', async () => {
    const shop = await openShop()
    await using _ = shop.server
    const mothership = shop.open()
    const item = { kind: 'skill', slug: 'tools.sorter' } as const
    await mothership.releases.resolve(item)
    await mothership.releases.resolve(item)
    expect(shop.statuses).toEqual([200, 200, 304, 304])
    shop.state.mode = 'down'
    await expect(mothership.releases.resolve(item)).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('asks when it is told to', async () => {
    const shop = await openShop()
    await using _ = shop.server
    const mothership = shop.open()
    await mothership.skills.list()
    expect(await mothership.skills.list({}, { fresh: true })).toMatchObject({
      source: 'mothership',
    })
    expect(shop.statuses).toEqual([200, 304])
  })

  it('hands every caller an answer of their own', async () => {
    const shop = await openShop()
    await using _ = shop.server
    const { skills } = shop.open()
    const answers = await Promise.all([skills.list(), skills.list()])
    for (const answer of answers) {
      if (answer.source !== 'none') answer.items.length = 0
    }
    expect(await skills.list()).toMatchObject({ items: [summary] })
  })

  it('sends one request however many calls wait for it', async () => {
    const shop = await openShop()
    await using _ = shop.server
    const { skills } = shop.open()
    const answers = await Promise.all(Array.from({ length: 50 }, () => skills.list()))
    expect(answers.every((answer) => answer.source === 'mothership')).toBe(true)
    expect(shop.statuses).toEqual([200])
  })

  it('lets one caller cancel without the others, and the last one stops the request', async () => {
    let answerNow: (() => void) | undefined
    let closed: (() => void) | undefined
    const whenClosed = new Promise<void>((resolve) => (closed = resolve))
    await using server = await openLoopbackServer((request, response) => {
      if (request.url?.includes('/plugins/')) response.on('close', () => closed?.())
      else answerNow = () => answerJson(response, page)
    })
    const mothership = createMothership({ env: {}, url: server.url, retries: 0 })
    const [leaves, stays] = [new AbortController(), new AbortController()]
    const left = mothership.skills.list({}, { signal: leaves.signal })
    const stayed = mothership.skills.list({}, { signal: stays.signal })
    const alone = mothership.plugins.list({}, { signal: leaves.signal })
    while (server.requests.length < 2) await new Promise((resolve) => setTimeout(resolve, 1))
    leaves.abort(new Error('gone'))
    await expect(left).rejects.toThrow('gone')
    await expect(alone).rejects.toThrow('gone')
    await whenClosed
    answerNow?.()
    expect(await stayed).toMatchObject({ total: 1 })
    expect(server.requests).toHaveLength(2)
  })

  it('keeps answers in a store beyond the client, for the same credentials only', async () => {
    const kept = new Map<string, CachedAnswer>()
    const cache: CacheStore = {
      read: (key) => Promise.resolve(kept.get(key)),
      write: async (key, answer) => void kept.set(key, answer),
    }
    const shop = await openShop({ cache, token: 'mst_0123456789abcdef0123' })
    await using _ = shop.server
    await shop.open().skills.list()
    expect(await shop.open().skills.list()).toMatchObject({ source: 'cache', total: 1 })
    expect(shop.statuses).toEqual([200])
    await shop.open({ token: 'mst_of_somebody_else_0123' }).skills.list()
    expect(shop.statuses).toEqual([200, 200])
    expect(JSON.stringify([...kept])).not.toContain('mst_')
    shop.state.mode = 'down'
    shop.state.now += 400_000
    expect(await shop.open().skills.list()).toMatchObject({ total: 1, stale: expect.anything() })
    for (const [key, answer] of kept) kept.set(key, { ...answer, text: '{"items":"tampered"}' })
    expect(await shop.open().skills.list()).toMatchObject({ source: 'none' })
  })
})
