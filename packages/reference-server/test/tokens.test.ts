import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type {
  ProblemDocument,
  Token,
  TokenCreated,
  TokenCreation,
  TokenList,
} from '@mothership/client/contract'
import { accessKeys } from '../src/db/schema/access-keys.ts'
import { auditEvents } from '../src/db/schema/audit.ts'
import { isMistyped, secretPattern } from '../src/features/credentials/secret-text.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import { answer, registerAuthor } from './support/author.ts'
import { type Person, signUp, signUpAs } from './support/person.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('tokens on $name', (engine) => {
  const categories = '/api/v1/marketplace/categories'
  const tokens = '/api/v1/me/tokens'
  let now = new Date('2030-01-01T00:00:00Z')
  let app: TestApp
  let cal: Person
  let dan: Person

  beforeAll(async () => {
    app = await createTestApp(engine, { clock: { now: () => now } })
    cal = await signUp(app, 'cal@example.org')
    dan = await signUp(app, 'dan@example.org')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function create(person: Person, input: Partial<TokenCreation> = {}): Promise<TokenCreated> {
    const json = { type: 'satellite', name: 'a host', scopes: ['read'], ...input }
    const headers = { authorization: person.bearer }
    return answer<TokenCreated>(await app.request(tokens, { json, headers }), 201)
  }

  function read(secret: string): Promise<Response> {
    return app.request(categories, { headers: { 'X-API-Token': secret } })
  }

  function send(person: Person, method: string, path: string, json?: object): Promise<Response> {
    const headers = { authorization: person.bearer }
    return app.request(`${tokens}/${path}`, { method, headers, ...(json ? { json } : {}) })
  }

  async function reasonOf(response: Response): Promise<string> {
    expect(response.status).toBe(401)
    return ((await response.json()) as ProblemDocument).detail
  }

  it('[A2] are made with a prefix and a checksum, which tell a typing error from an unknown one', async () => {
    const { secret } = await create(cal)
    expect(secret).toMatch(secretPattern)
    expect(secret).toMatch(/^mothership_satellite_/)
    expect(isMistyped(secret)).toBe(false)
    expect((await read(secret)).status).toBe(200)
    const wrong = secret.slice(0, 30) + (secret[30] === 'a' ? 'b' : 'a') + secret.slice(31)
    expect(isMistyped(wrong)).toBe(true)
    expect(await reasonOf(await read(wrong))).toContain('mistyped')
    expect(await reasonOf(await read(secret.slice(0, -9)))).toContain('unknown')
  })

  it('[TS4] are kept as a digest, and shown once', async () => {
    const { secret } = await create(cal)
    const rows = JSON.stringify(await app.deps.db.select().from(accessKeys))
    expect(rows).not.toContain(secret.slice(-30))
    const list = await app.request(tokens, { headers: { authorization: cal.bearer } })
    expect(await list.text()).not.toContain(secret.slice(-30))
  })

  it('[TS1] are seen, rotated and revoked by their owner alone', async () => {
    const { token, secret } = await create(cal)
    const theirs = await answer<TokenList>(
      await app.request(tokens, { headers: { authorization: dan.bearer } }),
      200,
    )
    expect(theirs.tokens.map(({ id }) => id)).not.toContain(token.id)
    expect((await send(dan, 'POST', `${token.id}/rotate`, {})).status).toBe(404)
    expect((await send(dan, 'DELETE', token.id)).status).toBe(404)
    const byOperator = { method: 'DELETE', key: app.operatorKey }
    expect((await app.request(`${tokens}/${token.id}`, byOperator)).status).toBe(404)
    expect((await read(secret)).status).toBe(200)
  })

  it('[A2] are over when they expire, and say so', async () => {
    const { secret } = await create(cal, { expires_at: '2030-01-02T00:00:00Z' })
    expect((await read(secret)).status).toBe(200)
    now = new Date('2030-01-02T00:00:00Z')
    expect(await reasonOf(await read(secret))).toContain('expired')
    const past = { type: 'satellite', name: 'x', scopes: ['read'], expires_at: now.toISOString() }
    const headers = { authorization: cal.bearer }
    expect((await app.request(tokens, { json: past, headers })).status).toBe(400)
  })

  it('[A2] work beside their successor for the overlap, and then say what to do', async () => {
    const old = await create(cal, { expires_at: '2030-03-01T00:00:00Z' })
    const rotated = await answer<TokenCreated>(
      await send(cal, 'POST', `${old.token.id}/rotate`, { overlap_seconds: 3600 }),
      201,
    )
    expect(rotated.token).toMatchObject({ scopes: ['read'], name: 'a host', type: 'satellite' })
    expect((await read(old.secret)).status).toBe(200)
    expect((await read(rotated.secret)).status).toBe(200)
    expect((await send(cal, 'POST', `${old.token.id}/rotate`, {})).status).toBe(403)
    now = new Date(now.getTime() + 3_600_000)
    expect(await reasonOf(await read(old.secret))).toContain('rotated')
    expect((await read(rotated.secret)).status).toBe(200)
  })

  it('[A2] are useless at once when revoked, and revoking again is harmless', async () => {
    const { token, secret } = await create(cal)
    const revoked = await answer<Token>(await send(cal, 'DELETE', token.id), 200)
    expect(revoked.revoked_at).toBe(now.toISOString())
    expect(await reasonOf(await read(secret))).toContain('revoked')
    expect(await answer<Token>(await send(cal, 'DELETE', token.id), 200)).toEqual(revoked)
    expect((await send(cal, 'POST', `${token.id}/rotate`, {})).status).toBe(403)
  })

  it('[A2] tell when they were last used, to the minute', async () => {
    const { token, secret } = await create(cal)
    expect(token.last_used_at).toBeNull()
    const lastUse = async (): Promise<string | null | undefined> => {
      const [row] = await app.deps.db.select().from(accessKeys).where(eq(accessKeys.id, token.id))
      return row?.last_used_at?.toISOString()
    }
    await read(secret)
    const first = now.toISOString()
    expect(await lastUse()).toBe(first)
    now = new Date(now.getTime() + 59_000)
    await read(secret)
    expect(await lastUse()).toBe(first)
    now = new Date(now.getTime() + 1_000)
    await read(secret)
    expect(await lastUse()).toBe(now.toISOString())
  })

  it('[A2] open their scopes and no other, and never their owner’s account', async () => {
    const { secret } = await create(cal, { scopes: ['usage'] })
    const refused = await read(secret)
    expect(refused.status).toBe(403)
    expect(((await refused.json()) as ProblemDocument).detail).toContain('"read"')
    const all = ['read', 'download', 'usage', 'publish', 'moderate', 'manage'] as const
    const key = await create(cal, { type: 'api_key', scopes: [...all] })
    expect((await app.request('/api/v1/me', { key: key.secret })).status).toBe(200)
    const json = { type: 'api_key', name: 'another', scopes: ['read'] }
    expect((await app.request(tokens, { key: key.secret, json })).status).toBe(403)
  })

  it.each([
    { type: 'satellite', name: 'x', scopes: ['moderate'] },
    { type: 'api_key', name: 'x', scopes: ['account'] },
    { type: 'satellite', name: 'x', scopes: [] },
    { type: 'satellite', name: 'x', scopes: ['read', 'read'] },
    { type: 'operator', name: 'x', scopes: ['read'] },
    { type: 'satellite', name: 'x', scopes: ['read'], role: 'admin' },
    { type: 'satellite', name: 'x', scopes: ['read'], owner: 'operator' },
  ])('[TS2] cannot be made as %j', async (json) => {
    const headers = { authorization: cal.bearer }
    expect((await app.request(tokens, { json, headers })).status).toBe(400)
  })

  it('act as their owner, in the role the owner has at the time', async () => {
    const mo = await signUpAs(app, 'mo@example.org', 'moderator')
    const { secret } = await create(mo, { type: 'api_key', scopes: ['moderate'] })
    const queue = '/api/v1/admin/moderation/queue'
    expect((await app.request(queue, { key: secret })).status).toBe(200)
    const demoted = await app.request(`/api/v1/admin/accounts/${mo.id}`, {
      method: 'PATCH',
      key: app.operatorKey,
      json: { role: 'user' },
    })
    expect(demoted.status).toBe(200)
    expect((await app.request(queue, { key: secret })).status).toBe(403)
  })

  it('are made by publishers and operators with their keys, each for their own', async () => {
    const ada = await registerAuthor(app, 'ada')
    const json = { type: 'satellite', name: 'ada’s host', scopes: ['read'] }
    for (const key of [ada.accessKey, app.operatorKey]) {
      now = new Date(now.getTime() + 1) // newest first
      const { token } = await answer<TokenCreated>(await app.request(tokens, { key, json }), 201)
      const list = await answer<TokenList>(await app.request(tokens, { key }), 200)
      expect(list.tokens[0]?.id).toBe(token.id)
    }
    const { tokens: operators } = await answer<TokenList>(
      await app.request(tokens, { key: app.operatorKey }),
      200,
    )
    expect(operators.map(({ name }) => name)).toEqual(['ada’s host', 'first operator'])
  })

  it('[F14] leave a trail: made, rotated, revoked, by whom and from where', async () => {
    const { token } = await create(dan)
    const rotated = await answer<TokenCreated>(
      await send(dan, 'POST', `${token.id}/rotate`, {}),
      201,
    )
    await send(dan, 'DELETE', token.id)
    const rows = await app.deps.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.actor_id, dan.id))
      .orderBy(auditEvents.id)
    const trail = rows
      .filter(({ subject }) => subject.startsWith('access_key:'))
      .map(({ action, subject }) => [action, subject.slice('access_key:'.length)])
    expect(trail).toEqual([
      ['access_key.create', token.id],
      ['access_key.create', rotated.token.id],
      ['access_key.rotate', token.id],
      ['access_key.revoke', token.id],
    ])
    expect(rows.every(({ address, actor_role }) => address !== null && actor_role === 'user')).toBe(
      true,
    )
    expect(JSON.stringify(rows)).not.toContain(rotated.secret.slice(-30))
  })

  it('stop at a number that a fleet does not reach', async () => {
    const eve = await signUp(app, 'eve@example.org')
    const row = {
      role: 'satellite',
      name: 'x',
      created_at: now,
      owner: `account:${eve.id}`,
    } as const
    await app.deps.db
      .insert(accessKeys)
      .values(Array.from({ length: 99 }, (_, n) => ({ ...row, id: `e${n}`, key_sha256: `e${n}` })))
    const { token } = await create(eve)
    const json = { type: 'satellite', name: 'one too many', scopes: ['read'] }
    const headers = { authorization: eve.bearer }
    expect((await app.request(tokens, { json, headers })).status).toBe(403)
    await send(eve, 'DELETE', token.id)
    expect((await app.request(tokens, { json, headers })).status).toBe(201)
  })
})
