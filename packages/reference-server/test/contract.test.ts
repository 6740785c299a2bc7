import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type OperationId,
  operationList,
  operations,
  problemDocumentSchema,
  type TokenCreated,
} from '@mothership/client/contract'
import { Hono } from 'hono'
import type { Environment } from '../src/http/environment.ts'
import { createHandlers } from '../src/http/handlers.ts'
import { createRateGate, defaultRateLimits } from '../src/http/rate-limits.ts'
import { mountOperations, routePattern } from '../src/http/route.ts'
import { sourcePaths } from '../src/http/source-paths.ts'
import { silentLogger } from '../src/ports/logger.ts'
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
import { setUp, signUp } from './support/person.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'
import { createSigner, generateKeyPair } from '@mothership/manifest'

describe.each(await databaseEngines())('the contract on $name', (engine) => {
  let app: TestApp
  let ada: Author

  beforeAll(async () => {
    app = await createTestApp(engine)
    ada = await registerAuthor(app, 'ada')
    await release(app, ada)
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const wordCount = '/api/v1/marketplace/skills/items/ada.word-count'

  /** One good call of every operation: an operation that is added without one does not compile. */
  const calls: Readonly<Record<OperationId, () => Promise<Response>>> = {
    health: () => app.request('/api/v1/marketplace/health'),
    'categories.list': () => app.request('/api/v1/marketplace/categories'),
    'items.list': () => app.request('/api/v1/marketplace/skills/items?search=word&limit=5'),
    'items.get': () => app.request('/api/v1/marketplace/skills/items/ada.word-count'),
    'items.versions': () => app.request('/api/v1/marketplace/skills/items/ada.word-count/versions'),
    'items.release': () =>
      app.request('/api/v1/marketplace/skills/items/ada.word-count/versions/1.0.0'),
    'releases.download': () =>
      app.request('/api/v1/marketplace/releases/skills/ada.word-count/1.0.0/package'),
    'submissions.create': async () =>
      submit(app, ada.accessKey, await signSkill(ada, { version: '1.1.0' })),
    'submissions.get': async () =>
      app.request(`/api/v1/submissions/${await pending('1.2.0')}`, { key: ada.accessKey }),
    'moderation.queue': () =>
      app.request('/api/v1/admin/moderation/queue', { key: app.operatorKey }),
    'moderation.approve': async () => decide(await pending('1.3.0'), 'approve', { note: 'Good.' }),
    'moderation.reject': async () => decide(await pending('1.4.0'), 'reject', { note: 'Bad.' }),
    'moderation.flag': async () => decide(await pending('1.5.0'), 'flag', {}),
    'moderation.scan': async () => decide(await pending('1.6.0'), 'scan', {}),
    'moderation.bulk': async () =>
      app.request('/api/v1/admin/moderation/bulk', {
        key: app.operatorKey,
        json: { decision: 'approve', ids: [await pending('1.7.0'), 'none'] },
      }),
    'submissions.list': () => app.request('/api/v1/submissions', { key: ada.accessKey }),
    'submissions.update': async () =>
      app.request(`/api/v1/submissions/${await pending('1.8.0')}`, {
        method: 'PATCH',
        key: ada.accessKey,
        json: { release_notes: 'Faster.' },
      }),
    'submissions.withdraw': async () =>
      app.request(`/api/v1/submissions/${await pending('1.9.0')}/withdraw`, {
        key: ada.accessKey,
        json: {},
      }),
    'releases.yank': async () => {
      await release(app, ada, { version: '0.1.0' })
      return change('0.1.0', 'yank')
    },
    'releases.deprecate': () => change('1.0.0', 'deprecate'),
    'releases.restore': () => change('1.0.0', 'restore'),
    'releases.keys': () => app.request('/api/v1/marketplace/releases/keys'),
    'revocations.get': () => app.request('/api/v1/marketplace/revocations'),
    'publishers.keys.revoke': async () => {
      const added = await app.request('/api/v1/publishers/ada/keys', {
        key: ada.accessKey,
        json: await proofOf('ada', createSigner(generateKeyPair())),
      })
      const { key_id } = await answer<{ key_id: string }>(added, 201)
      return app.request(`/api/v1/publishers/ada/keys/${key_id}/revoke`, {
        key: ada.accessKey,
        json: { reason: 'Lost.' },
      })
    },
    'topics.list': () => app.request('/api/v1/marketplace/categories/topics'),
    'items.facets': () => app.request('/api/v1/marketplace/skills/facets?search=word'),
    'items.content': () => app.request(`${wordCount}/content`),
    'items.install': () => app.request(`${wordCount}/install`, { key: ada.accessKey, json: {} }),
    'items.uninstall': () =>
      app.request(`${wordCount}/uninstall`, { key: ada.accessKey, json: {} }),
    'reviews.list': () => app.request(`${wordCount}/reviews`),
    'reviews.rate': () =>
      app.request(`${wordCount}/rating`, {
        method: 'PUT',
        key: app.operatorKey,
        json: { rating: 4, review: 'Counts.' },
      }),
    'reviews.remove': () =>
      app.request(`${wordCount}/rating`, { method: 'DELETE', key: app.operatorKey }),
    'publishers.create': () =>
      app.request('/api/v1/publishers', {
        key: app.operatorKey,
        json: { author_id: 'bob', display_name: 'Bob', namespaces: ['bob'] },
      }),
    'publishers.keys.add': async () =>
      app.request('/api/v1/publishers/ada/keys', {
        key: ada.accessKey,
        json: await proofOf('ada', createSigner(generateKeyPair())),
      }),
    'publishers.keys.list': () => app.request('/api/v1/publishers/ada/keys'),
    'usage.report': () =>
      app.request('/api/v1/marketplace/usage', {
        json: {
          instance_id: 'host',
          window_id: 'one',
          events: [
            {
              kind: 'skill',
              slug: 'ada.word-count',
              version: '1.0.0',
              executions: 2,
              successes: 2,
              failures: 0,
            },
          ],
        },
      }),
    'usage.summary': () => app.request('/api/v1/admin/usage', { key: app.operatorKey }),
    'account.get': () => app.request('/api/v1/me', { key: ada.accessKey }),
    'accounts.setup': () => setUp(app, 'contract@example.org'),
    'accounts.list': () => app.request('/api/v1/admin/accounts', { key: app.operatorKey }),
    'accounts.update': async () => {
      const { id } = await signUp(app, 'ada@example.org')
      return app.request(`/api/v1/admin/accounts/${id}`, {
        method: 'PATCH',
        key: app.operatorKey,
        json: { role: 'publisher', author_id: 'ada' },
      })
    },
    'tokens.list': () => app.request('/api/v1/me/tokens', { key: ada.accessKey }),
    'tokens.create': () => createToken(),
    'tokens.rotate': async () => {
      const { token } = await answer<TokenCreated>(await createToken(), 201)
      return app.request(`/api/v1/me/tokens/${token.id}/rotate`, { key: ada.accessKey, json: {} })
    },
    'tokens.revoke': async () => {
      const { token } = await answer<TokenCreated>(await createToken(), 201)
      return app.request(`/api/v1/me/tokens/${token.id}`, { method: 'DELETE', key: ada.accessKey })
    },
  }

  async function pending(version: string): Promise<string> {
    const signed = await signSkill(ada, { version })
    const { id } = await answer<{ id: string }>(await submit(app, ada.accessKey, signed), 201)
    return id
  }

  function change(version: string, what: string): Promise<Response> {
    const path = `/api/v1/releases/skills/ada.word-count/${version}/${what}`
    return app.request(path, {
      key: ada.accessKey,
      json: what === 'restore' ? {} : { reason: 'Broken.' },
    })
  }

  function createToken(): Promise<Response> {
    const json = { type: 'satellite', name: 'a host', scopes: ['read', 'download'] }
    return app.request('/api/v1/me/tokens', { key: ada.accessKey, json })
  }

  function decide(id: string, decision: string, json: object): Promise<Response> {
    const path = `/api/v1/admin/moderation/queue/${id}/${decision}`
    return app.request(path, { key: app.operatorKey, json })
  }

  it.each(Object.keys(operations) as OperationId[])(
    '[A1] answers %s as the contract says',
    async (id) => {
      // The application compares every answer with the contract by itself and fails on a difference.
      const response = await calls[id]()
      const operation = operations[id]
      const expected = Object.keys(operation.answers).map(Number)
      expect(expected, await response.clone().text()).toContain(response.status)
      await response.arrayBuffer()
    },
  )

  it('[A1] registers no route under /api that is not in the contract, nor an alias of one', () => {
    const known = new Set(
      operationList.map(({ method, path }) => `${method} ${routePattern(path)}`),
    )
    const aliases = new Set(
      sourcePaths.map(({ method, path }) => `${method} ${routePattern(path)}`),
    )
    const routes = app.app.routes
      .filter(({ path, method }) => path.startsWith('/api') && method !== 'ALL')
      .map(({ method, path }) => `${method} ${path}`)
    expect(routes.length).toBeGreaterThan(operationList.length)
    expect(routes.filter((route) => !known.has(route) && !aliases.has(route))).toEqual([])
  })

  it('[TS1] does not start when an operation has no handler, or no rule', () => {
    const { credentials, accounts } = app.services
    const gate = createRateGate(app.deps.limiter, defaultRateLimits)
    const options = {
      guard: { credentials, accounts, gate, trustedProxies: 0 },
      stagingDirectory: app.directory,
      checkAnswers: true,
    }
    const handlers = createHandlers(app.services)
    const { health: _health, ...incomplete } = handlers
    expect(() => mountOperations(new Hono<Environment>(), incomplete as never, options)).toThrow(
      'operation health (GET /api/v1/marketplace/health) has no handler',
    )
    const ruleless = [{ ...operations.health, auth: [] }]
    expect(() => mountOperations(new Hono<Environment>(), handlers, options, ruleless)).toThrow(
      'operation health has no rule',
    )
  })

  it('[A13] answers every failure as a problem document that the contract knows', async () => {
    const failures = [
      await app.request('/api/v1/nothing'),
      await app.request('/api/v1/marketplace/health', { method: 'DELETE' }),
      await app.request('/api/v1/marketplace/skills/items?limit=x'),
      await app.request('/api/v1/admin/usage'),
      await app.request('/api/v1/publishers', { key: app.operatorKey, body: 'plain', headers: {} }),
      await app.request('/api/v1/publishers', {
        key: app.operatorKey,
        body: '{"author_id":',
        headers: { 'Content-Type': 'application/json' },
      }),
    ]
    const statuses = failures.map(({ status }) => status)
    expect(statuses).toEqual([404, 405, 400, 401, 415, 400])
    expect(failures[1]?.headers.get('allow')).toBe('GET, HEAD')
    for (const failure of failures) {
      expect(failure.headers.get('content-type')).toBe('application/problem+json')
      const problem = problemDocumentSchema.parse(await failure.json())
      expect(problem.request_id).toBe(failure.headers.get('x-request-id'))
      expect((await app.request(problem.type)).status).toBe(200)
    }
  })

  it('[TS10] answers no more than "internal" when something breaks, and never a stack', async () => {
    await using broken = await createBroken()
    const response = await broken.request('/api/v1/marketplace/health')
    expect(response.status).toBe(500)
    const text = await response.text()
    expect(text).not.toContain('secret')
    expect(JSON.parse(text)).toMatchObject({ code: 'internal' })
  })

  /** The operator's key is made before the clock breaks. */
  async function createBroken(): Promise<TestApp> {
    let broken = false
    const made = await createTestApp(engine, {
      clock: {
        now: () => {
          if (broken) throw new Error('secret detail at /srv/secret.ts:1')
          return new Date()
        },
      },
      log: silentLogger,
    })
    broken = true
    return made
  }
})
