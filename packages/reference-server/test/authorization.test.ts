import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operationList, type ProblemDocument } from '@mothership/client/contract'
import { accessKeys } from '../src/db/schema/access-keys.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import { type Author, registerAuthor } from './support/author.ts'
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

  it('[TS1] lets exactly those in whom the contract names, for every operation', async () => {
    const callers = [
      { role: 'public', headers: {} },
      { role: 'operator', headers: { 'X-API-Key': app.operatorKey } },
      { role: 'publisher', headers: { 'X-API-Key': author.accessKey } },
      { role: 'satellite', headers: { 'X-API-Token': satelliteToken } },
    ] as const
    for (const operation of operationList) {
      const path = operation.path
        .replace('{category}', 'skills')
        .replace('{slug}', 'ada.none')
        .replace('{version}', '1.0.0')
        .replace('{author_id}', 'ada')
        .replace('{id}', 'none')
      for (const { role, headers } of callers) {
        const answer = await app.request(path, { method: operation.method, headers })
        const may = operation.auth.includes('public') || operation.auth.includes(role)
        const refusals = [401, 403]
        if (may) expect(refusals, `${operation.id} as ${role}`).not.toContain(answer.status)
        else expect(answer.status, `${operation.id} as ${role}`).toBe(role === 'public' ? 401 : 403)
        expect(answer.status, `${operation.id} as ${role}`).toBeLessThan(500)
      }
    }
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
