import { eq } from 'drizzle-orm'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Account, ProblemDocument, Whoami } from '@mothership/client/contract'
import { userSessions } from '../src/db/schema/accounts.ts'
import { auditEvents } from '../src/db/schema/audit.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import { answer, registerAuthor } from './support/author.ts'
import {
  confirm,
  cookiesOf,
  password,
  type Person,
  sessionOf,
  setUp,
  signIn,
  signUp,
  signUpAs,
  totpOf,
} from './support/person.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('accounts on $name', (engine) => {
  let app: TestApp
  let bea: Person

  beforeAll(async () => {
    app = await createTestApp(engine)
    bea = await signUp(app, 'bea@example.org')
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function me(headers: Record<string, string>): Promise<Whoami> {
    return answer<Whoami>(await app.request('/api/v1/me', { headers }), 200)
  }

  async function actionsOf(id: string): Promise<string[]> {
    const rows = await app.deps.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subject, `account:${id}`))
      .orderBy(auditEvents.id)
    return rows.map(({ action }) => action)
  }

  it('[F1] lets nobody in before the address is confirmed', async () => {
    const email = 'early@example.org'
    const json = { name: 'Early', email, password }
    await answer(await app.request('/api/v1/auth/sign-up/email', { json }), 200)
    const refused = await app.request('/api/v1/auth/sign-in/email', { json: { email, password } })
    expect(refused.status).toBe(403)
    await app.mailbox.next(email)
    await confirm(app, email)
    expect((await signIn(app, email)).bearer).toMatch(/^Bearer .{40}/)
  })

  it('[F1] [A2] knows a session as Bearer and as cookie, and who it is', async () => {
    for (const headers of [{ authorization: bea.bearer }, { cookie: bea.cookie }]) {
      const { role, account } = await me(headers)
      expect(role).toBe('user')
      expect(account).toMatchObject({ id: bea.id, email: 'bea@example.org', email_verified: true })
    }
  })

  it('[F1] answers a sign-up with a known address like any other, and makes nothing', async () => {
    const json = { name: 'Bea', email: 'BEA@example.org', password: 'another password' }
    const again = await app.request('/api/v1/auth/sign-up/email', { json })
    expect(again.status).toBe(200)
    const { accounts } = await answer<{ accounts: Account[] }>(
      await app.request('/api/v1/admin/accounts', { key: app.operatorKey }),
      200,
    )
    expect(accounts.filter(({ email }) => email.toLowerCase() === 'bea@example.org')).toHaveLength(
      1,
    )
    expect((await signIn(app, 'bea@example.org')).id).toBe(bea.id)
  })

  it('[A2] answers 401 with what to do to a session that was ended or is over, on public reads too', async () => {
    const categories = '/api/v1/marketplace/categories'
    const ended = await signIn(app, bea.email)
    const out = await app.request('/api/v1/auth/sign-out', {
      json: {},
      headers: { authorization: ended.bearer },
    })
    expect(out.status).toBe(200)
    const over = await signIn(app, bea.email)
    const token = decodeURIComponent(over.bearer.slice('Bearer '.length)).split('.')[0] ?? ''
    await app.deps.db
      .update(userSessions)
      .set({ expires_at: new Date(0) })
      .where(eq(userSessions.token, token))
    for (const { bearer, cookie } of [ended, over]) {
      const refused = await app.request(categories, { headers: { authorization: bearer } })
      expect(refused.status).toBe(401)
      const { code, detail } = (await refused.json()) as ProblemDocument
      expect(code).toBe('invalid_credential')
      expect(detail).toContain('sign in again')
      // A browser sends its cookie unasked: one that is over is none.
      expect((await app.request(categories, { headers: { cookie } })).status).toBe(200)
      expect((await app.request('/api/v1/me', { headers: { cookie } })).status).toBe(401)
    }
  })

  it('[TS4] opens nothing with a session token as the database holds it', async () => {
    const rows = await app.deps.db.select().from(userSessions)
    expect(rows.length).toBeGreaterThan(0)
    for (const { token } of rows) {
      const headers = { authorization: `Bearer ${token}` }
      expect((await app.request('/api/v1/me', { headers })).status).toBe(401)
    }
  })

  it('[TS20] refuses a change that a foreign page makes with the cookie', async () => {
    const json = { type: 'satellite', name: 'a host', scopes: ['read'] }
    const send = (origin?: string): Promise<Response> =>
      app.request('/api/v1/me/tokens', {
        json,
        headers: { cookie: bea.cookie, ...(origin === undefined ? {} : { origin }) },
      })
    for (const origin of [
      undefined,
      'null',
      'https://evil.example',
      'http://localhost.evil.example',
    ]) {
      const refused = await send(origin)
      expect(refused.status, String(origin)).toBe(403)
    }
    expect((await send('http://localhost')).status).toBe(201)
  })

  it('[TS20] refuses signing in, out and changing passwords from a foreign page', async () => {
    const headers = { cookie: bea.cookie, origin: 'https://evil.example' }
    for (const [path, json] of [
      ['sign-in/email', { email: bea.email, password }],
      ['sign-out', {}],
      ['change-password', { currentPassword: password, newPassword: 'another password' }],
    ] as const) {
      const refused = await app.request(`/api/v1/auth/${path}`, { json, headers })
      expect(refused.status, path).toBe(403)
    }
    const json = { email: bea.email, password }
    const browser = { 'sec-fetch-mode': 'cors', 'sec-fetch-site': 'cross-site' }
    const foreign = await app.request('/api/v1/auth/sign-in/email', { json, headers: browser })
    expect(foreign.status).toBe(403)
    // Programs on Node name a mode and no site.
    const program = { 'sec-fetch-mode': 'cors' }
    const signedIn = await app.request('/api/v1/auth/sign-in/email', { json, headers: program })
    expect(signedIn.status).toBe(200)
    const form = await app.request('/api/v1/auth/sign-in/email', {
      body: `email=${bea.email}&password=${password}`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    })
    expect(form.status).toBe(415)
    expect((await me({ cookie: bea.cookie })).account?.id).toBe(bea.id)
  })

  it.each([
    ['sign-up/email', { name: 'Eve', email: 'eve@example.org', password, role: 'admin' }],
    ['sign-up/email', { name: 'Eve', email: 'eve@example.org', password, email_verified: true }],
    ['sign-in/email', { email: 'bea@example.org', password, role: 'admin' }],
    ['update-user', { name: 'Bea', role: 'admin' }],
    ['update-user', { author_id: 'ada' }],
  ])('[TS2] refuses %s with a field that is nobody’s to send', async (path, json) => {
    const refused = await app.request(`/api/v1/auth/${path}`, {
      json,
      headers: { authorization: bea.bearer },
    })
    expect(refused.status).toBe(400)
    expect(((await refused.json()) as ProblemDocument).code).toBe('invalid_request')
    expect((await me({ authorization: bea.bearer })).role).toBe('user')
  })

  it('answers failures of accounts as problem documents, and serves no other path of the library', async () => {
    const wrong = await app.request('/api/v1/auth/sign-in/email', {
      json: { email: bea.email, password: 'not the password' },
    })
    const nobody = await app.request('/api/v1/auth/sign-in/email', {
      json: { email: 'nobody@example.org', password: 'not the password' },
    })
    const problems = [wrong, nobody].map(async (response) => {
      expect(response.status).toBe(401)
      expect(response.headers.get('content-type')).toBe('application/problem+json')
      const { detail, code } = (await response.json()) as ProblemDocument
      return { detail, code }
    })
    // Whether there is such an account is nobody's to learn.
    const [first, second] = await Promise.all(problems)
    expect(first).toEqual(second)
    for (const path of ['ok', 'error', 'delete-user', 'sign-in/social', 'change-email', '..']) {
      const response = await app.request(`/api/v1/auth/${path}`, { json: {} })
      expect(response.status, path).toBe(404)
    }
  })

  it('sets a new password with the code of a message, once, and ends every session', async () => {
    const person = await signUp(app, 'forgetful@example.org')
    const ask = { json: { email: person.email } }
    expect((await app.request('/api/v1/auth/request-password-reset', ask)).status).toBe(200)
    const { text } = await app.mailbox.next(person.email)
    const [token] = /^\w{20,}$/m.exec(text) ?? []
    const json = { token, newPassword: 'a wholly new password' }
    expect((await app.request('/api/v1/auth/reset-password', { json })).status).toBe(200)
    expect((await app.request('/api/v1/auth/reset-password', { json })).status).toBe(400)
    const headers = { authorization: person.bearer }
    expect((await app.request('/api/v1/me', { headers })).status).toBe(401)
    const old = await app.request('/api/v1/auth/sign-in/email', {
      json: { email: person.email, password },
    })
    expect(old.status).toBe(401)
    expect(await actionsOf(person.id)).toContain('account.reset_password')
  })

  it('asks for the second factor once it is on', async () => {
    const person = await signUp(app, 'careful@example.org')
    const headers = { authorization: person.bearer }
    const enabled = await answer<{ totpURI: string; backupCodes: string[] }>(
      await app.request('/api/v1/auth/two-factor/enable', { json: { password }, headers }),
      200,
    )
    const code = totpOf(enabled.totpURI)
    const verified = await app.request('/api/v1/auth/two-factor/verify-totp', {
      json: { code },
      headers,
    })
    expect(verified.status).toBe(200)

    const half = await app.request('/api/v1/auth/sign-in/email', {
      json: { email: person.email, password },
    })
    expect(await answer(half.clone(), 200)).toMatchObject({ twoFactorRedirect: true })
    expect(half.headers.get('set-auth-token')).toBeNull()
    const early = await app.request('/api/v1/me', { headers: { cookie: cookiesOf(half) } })
    expect(early.status).toBe(401)
    const browser = { cookie: cookiesOf(half), origin: 'http://localhost' }
    const guess = await app.request('/api/v1/auth/two-factor/verify-totp', {
      json: { code: code === '000000' ? '000001' : '000000' },
      headers: browser,
    })
    expect(guess.status).toBe(401)
    const [backup = ''] = enabled.backupCodes
    const whole = await app.request('/api/v1/auth/two-factor/verify-backup-code', {
      json: { code: backup },
      headers: browser,
    })
    expect(whole.status).toBe(200)
    const { account } = await me({ authorization: sessionOf(whole).bearer })
    expect(account).toMatchObject({ id: person.id, two_factor_enabled: true })
    // The first sign-in, its renewal by the new factor, and the whole one: the half one is none.
    const signedIn = (await actionsOf(person.id)).filter((action) => action === 'session.create')
    expect(signedIn).toHaveLength(3)
    expect(await actionsOf(person.id)).toContain('account.enable_two_factor')
  })

  it('[TS4] keeps no password, no second factor and no code in clear', async () => {
    const { rows } = await app.deps.db.execute<Record<string, string>>(
      `select (select json_agg(c)::text from user_credentials c) as a,
              (select json_agg(t)::text from user_two_factors t) as b,
              (select json_agg(v)::text from user_verifications v) as c`,
    )
    const text = JSON.stringify(rows)
    expect(text).not.toContain(password)
    expect(text).not.toContain('reset-password')
    expect(text).toContain('backup_codes')
  })

  it('makes the first admin with the code of the first start, once, however many use it', async () => {
    const wrong = await app.request('/api/v1/setup', {
      json: { code: 'guess', email: 'x@example.org', name: 'X', password },
    })
    expect(wrong.status).toBe(403)
    let code = ''
    await app.services.accounts.ensureSetupCode({
      keep: (made) => {
        code = made
        return Promise.resolve()
      },
    })
    const keepNothing = { keep: () => Promise.reject(new Error('made twice')) }
    expect(await app.services.accounts.ensureSetupCode(keepNothing)).toBeUndefined()
    const claim = (email: string): Promise<Response> =>
      app.request('/api/v1/setup', { json: { code, email, name: 'Admin', password } })
    expect((await claim(bea.email)).status).toBe(409)
    const claims = await Promise.all([1, 2, 3].map((n) => claim(`admin${n}@example.org`)))
    expect(claims.filter(({ status }) => status === 403)).toHaveLength(2)
    expect((await claim('late@example.org')).status).toBe(403)
    const made = claims.find(({ status }) => status === 201)
    if (made === undefined) throw new Error('nobody was made an admin')
    const { email, role } = (await made.json()) as Account
    expect(role).toBe('admin')
    const admin = await signIn(app, email)
    const listed = await app.request('/api/v1/admin/accounts', {
      headers: { authorization: admin.bearer },
    })
    expect(listed.status).toBe(200)
    expect(await actionsOf(admin.id)).toEqual(['account.set_up', 'session.create'])
    expect((await setUp(app, 'again@example.org')).status).toBe(400) // there is no code any more
  })

  it('gives a role at once, to whoever has a confirmed address, and a publisher its author', async () => {
    await registerAuthor(app, 'bea')
    const update = (id: string, json: object): Promise<Response> =>
      app.request(`/api/v1/admin/accounts/${id}`, { method: 'PATCH', key: app.operatorKey, json })
    expect((await update(bea.id, { role: 'publisher' })).status).toBe(403)
    expect((await update(bea.id, { role: 'publisher', author_id: 'nobody' })).status).toBe(404)
    expect((await update(bea.id, { role: 'operator' })).status).toBe(400)
    expect((await update('none', { role: 'user' })).status).toBe(404)
    expect((await update(bea.id, { role: 'publisher', author_id: 'bea' })).status).toBe(200)
    expect(await me({ authorization: bea.bearer })).toMatchObject({
      role: 'publisher',
      author_id: 'bea',
    })
    const json = { name: 'New', email: 'new@example.org', password }
    const made = await app.request('/api/v1/auth/sign-up/email', { json })
    const { user } = await answer<{ user: { id: string } }>(made, 200)
    expect((await update(user.id, { role: 'moderator' })).status).toBe(403)
    expect(await actionsOf(bea.id)).toContain('account.update')
  })

  it('[F14] keeps who did what to an account, and from where', async () => {
    const moderator = await signUpAs(app, 'mo@example.org', 'moderator')
    const rows = await app.deps.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.subject, `account:${moderator.id}`))
      .orderBy(auditEvents.id)
    expect(rows.map(({ action }) => action)).toEqual([
      'account.create',
      'account.verify_email',
      'session.create',
      'account.update',
    ])
    expect(rows.every(({ address }) => address === 'unknown')).toBe(true)
    expect(rows.at(-1)).toMatchObject({
      actor_role: 'operator',
      before: { role: 'user', author_id: null },
      after: { role: 'moderator', author_id: null },
    })
    await app.request('/api/v1/auth/sign-in/email', {
      json: { email: moderator.email, password },
      from: '203.0.113.7',
    })
    const [last] = await app.deps.db
      .select()
      .from(auditEvents)
      .where(eq(auditEvents.address, '203.0.113.7'))
    expect(last).toMatchObject({ action: 'session.create', actor_id: moderator.id })
  })
})
