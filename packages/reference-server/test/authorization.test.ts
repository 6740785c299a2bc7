import { syncBuiltinESMExports } from 'node:module'
import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  type AnyOperation,
  operationList,
  type ProblemDocument,
  type Role,
  type Scope,
  type Submission,
  type TokenCreated,
} from '@mothership/client/contract'
import { accessKeys } from '../src/db/schema/access-keys.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import { answer, type Author, registerAuthor, signSkill, submit } from './support/author.ts'
import { signUp, signUpAs } from './support/person.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('authorization on $name', (engine) => {
  let app: TestApp
  let author: Author
  let satelliteToken: string

  beforeAll(async () => {
    app = await createTestApp(engine)
    author = await registerAuthor(app, 'ada')
    const made = await app.deps.db.transaction((tx) =>
      app.services.credentials.create(
        tx,
        { role: 'satellite', name: 'a host' },
        { role: 'server', id: 'test' },
      ),
    )
    satelliteToken = made.key
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const categories = '/api/v1/marketplace/categories'

  async function problem(response: Response): Promise<ProblemDocument> {
    expect(response.headers.get('content-type')).toBe('application/problem+json')
    return (await response.json()) as ProblemDocument
  }

  it('[A2] reads public answers without a credential', async () => {
    expect((await app.request(categories)).status).toBe(200)
  })

  it.each([
    ['X-API-Key', 'mothership_operator_unknown'],
    ['X-API-Token', 'mothership_satellite_unknown'],
    ['Authorization', 'Bearer mothership_publisher_unknown'],
    ['Authorization', 'Basic b3BlcmF0b3I6c2VjcmV0'],
    ['X-API-Key', ''],
    ['X-API-Key', 'k'.repeat(10_000)],
  ])(
    '[A2] answers 401 with a reason to an unknown %s, on public reads too',
    async (name, value) => {
      const answer = await app.request(categories, { headers: { [name]: value } })
      expect(answer.status).toBe(401)
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/)
      const { code, detail } = await problem(answer)
      expect(code).toBe('invalid_credential')
      expect(detail).toContain(name)
      if (value.length > 8) expect(detail).not.toContain(value)
    },
  )

  it('[A2] tries X-API-Key, then X-API-Token, then Bearer, and the first one there decides', async () => {
    const known = { 'X-API-Key': app.operatorKey }
    const unknown = { Authorization: 'Bearer nobody' }
    const queue = '/api/v1/admin/moderation/queue'
    expect((await app.request(queue, { headers: { ...known, ...unknown } })).status).toBe(200)
    const wrongFirst = { 'X-API-Key': 'nobody', Authorization: `Bearer ${app.operatorKey}` }
    expect((await app.request(queue, { headers: wrongFirst })).status).toBe(401)
    const bearer = { Authorization: `Bearer ${app.operatorKey}` }
    expect((await app.request(queue, { headers: bearer })).status).toBe(200)
    const token = { 'X-API-Token': satelliteToken }
    expect((await app.request(categories, { headers: token })).status).toBe(200)
    const misplaced = await app.request(categories, { key: satelliteToken })
    expect((await problem(misplaced)).detail).toContain('X-API-Token')
  })

  it('[A2] answers 401 with the reason to a key that expired or was revoked', async () => {
    for (const [field, reason] of [
      ['expires_at', 'expired'],
      ['revoked_at', 'revoked'],
    ] as const) {
      const { id, key } = await app.services.credentials.create(
        app.deps.db,
        { role: 'operator', name: 'short' },
        { role: 'server', id: 'test' },
      )
      expect((await app.request(categories, { key })).status).toBe(200)
      await app.deps.db
        .update(accessKeys)
        .set({ [field]: new Date(0) })
        .where(eq(accessKeys.id, id))
      const refused = await app.request(categories, { key })
      expect(refused.status).toBe(401)
      expect((await problem(refused)).detail).toContain(reason)
    }
  })

  it('[TS4] stores no key, only digests', async () => {
    const rows = JSON.stringify(await app.deps.db.select().from(accessKeys))
    for (const key of [app.operatorKey, author.accessKey, satelliteToken]) {
      expect(rows).not.toContain(key)
      expect(rows).not.toContain(key.slice(-20))
    }
  })

  describe('of every operation', () => {
    interface Sender {
      readonly who: string
      readonly role: Role
      readonly headers: Record<string, string>
      readonly scopes?: readonly Scope[]
      readonly author_id?: string
      /** What was shown is known to be no good. */
      readonly over?: boolean
    }
    let senders: readonly Sender[] = []

    beforeAll(async () => {
      await registerAuthor(app, 'bob')
      const user = await signUp(app, 'user@example.org')
      const owner = await signUpAs(app, 'ada@example.org', 'publisher', 'ada')
      const other = await signUpAs(app, 'bob@example.org', 'publisher', 'bob')
      const moderator = await signUpAs(app, 'moderator@example.org', 'moderator')
      const admin = await signUpAs(app, 'admin@example.org', 'admin')
      const made = async (change: object, type = 'satellite', scopes = ['read']) => {
        const json = { type, name: type, scopes }
        const created = await app.request('/api/v1/me/tokens', {
          json,
          headers: { authorization: admin.bearer },
        })
        const { token, secret } = await answer<TokenCreated>(created, 201)
        if (Object.keys(change).length > 0) {
          await app.deps.db.update(accessKeys).set(change).where(eq(accessKeys.id, token.id))
        }
        return secret
      }
      const over = { role: 'public', over: true } as const
      const past = new Date(0)
      senders = [
        { who: 'anonymous', role: 'public', headers: {} },
        { who: 'a user', role: 'user', headers: { authorization: user.bearer } },
        {
          who: 'a user’s browser',
          role: 'user',
          headers: { cookie: user.cookie, origin: 'http://localhost' },
        },
        {
          who: 'the owner',
          role: 'publisher',
          author_id: 'ada',
          headers: { authorization: owner.bearer },
        },
        {
          who: 'another publisher',
          role: 'publisher',
          author_id: 'bob',
          headers: { authorization: other.bearer },
        },
        {
          who: 'the owner’s key',
          role: 'publisher',
          author_id: 'ada',
          headers: { 'X-API-Key': author.accessKey },
        },
        { who: 'a moderator', role: 'moderator', headers: { authorization: moderator.bearer } },
        { who: 'an admin', role: 'admin', headers: { authorization: admin.bearer } },
        {
          who: 'an admin’s key for moderation',
          role: 'admin',
          scopes: ['moderate'],
          headers: { 'X-API-Key': await made({}, 'api_key', ['moderate']) },
        },
        { who: 'the operator', role: 'operator', headers: { 'X-API-Key': app.operatorKey } },
        {
          who: 'a satellite',
          role: 'satellite',
          scopes: ['read'],
          headers: { 'X-API-Token': await made({}) },
        },
        { ...over, who: 'expired', headers: { 'X-API-Token': await made({ expires_at: past }) } },
        { ...over, who: 'revoked', headers: { 'X-API-Token': await made({ revoked_at: past }) } },
        {
          ...over,
          who: 'a revoked key',
          headers: { 'X-API-Key': await made({ revoked_at: past }, 'api_key') },
        },
        { ...over, who: 'no session', headers: { authorization: `${user.bearer}x` } },
      ]
    })

    /** What the contract's rule says: 401, 403, or that the operation is reached. */
    function expected(operation: AnyOperation, sender: Sender): number | 'reached' {
      const { auth, scope, own, path } = operation
      if (sender.over === true) return 401
      if (!auth.includes('public')) {
        if (sender.role === 'public') return 401
        if (!auth.includes(sender.role)) return 403
      }
      if (sender.scopes !== undefined && !sender.scopes.includes(scope)) return 403
      const foreign = path.includes('{author_id}') && sender.author_id !== 'ada'
      return own?.includes(sender.role) === true && foreign ? 403 : 'reached'
    }

    it.each(operationList.map((operation) => [operation.id, operation] as const))(
      '[TS1] lets exactly those into %s whom the contract names',
      async (_, operation) => {
        const path = operation.path
          .replace('{category}', 'skills')
          .replace('{slug}', 'ada.none')
          .replace('{version}', '1.0.0')
          .replace('{author_id}', 'ada')
          .replaceAll(/\{\w+\}/g, 'none')
        const came: Record<string, unknown> = {}
        const wanted: Record<string, unknown> = {}
        for (const sender of senders) {
          const { headers, who } = sender
          const { status } = await app.request(path, { method: operation.method, headers })
          const refused = status === 401 || status === 403
          came[who] = refused || status >= 500 ? status : 'reached'
          wanted[who] = expected(operation, sender)
        }
        expect(came).toEqual(wanted)
      },
    )

    it('[TS1] shows a submission to its author and to moderators, and to nobody else', async () => {
      const signed = await signSkill(author)
      const { id } = await answer<Submission>(await submit(app, author.accessKey, signed), 201)
      const seen = await Promise.all(
        senders
          .filter(({ role }) => role !== 'public')
          .map(async ({ who, headers }) => {
            const { status } = await app.request(`/api/v1/submissions/${id}`, { headers })
            return [who, status]
          }),
      )
      expect(Object.fromEntries(seen)).toEqual({
        'a user': 403,
        'a user’s browser': 403,
        'the owner': 200,
        'another publisher': 404,
        'the owner’s key': 200,
        'a moderator': 200,
        'an admin': 200,
        'an admin’s key for moderation': 403,
        'the operator': 200,
        'a satellite': 403,
      })
    })
  })

  it('[TS5] compares digests of keys in constant time', async () => {
    const crypto = (await import('node:crypto')).default
    const original = crypto.timingSafeEqual
    let compared = 0
    crypto.timingSafeEqual = (a, b) => {
      compared += 1
      return original(a, b)
    }
    syncBuiltinESMExports()
    try {
      expect((await app.request(categories, { key: app.operatorKey })).status).toBe(200)
    } finally {
      crypto.timingSafeEqual = original
      syncBuiltinESMExports()
    }
    expect(compared).toBe(1)
  })

  it('[TS2] refuses fields that are not in the contract', async () => {
    const answer = await app.request('/api/v1/publishers', {
      key: app.operatorKey,
      json: { author_id: 'eve', display_name: 'Eve', namespaces: ['eve'], role: 'operator' },
    })
    expect(answer.status).toBe(400)
    const { code, issues } = await problem(answer)
    expect(code).toBe('invalid_request')
    expect(issues.map(({ message }) => message).join()).toContain('role')
  })
})
