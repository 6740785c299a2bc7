import { createHmac } from 'node:crypto'
import type { Account } from '@mothership/client/contract'
import { answer } from './author.ts'
import type { TestApp } from './test-app.ts'

/** Somebody with an account, signed in. */
export interface Person {
  readonly id: string
  readonly email: string
  /** Of the session, for `Authorization`. */
  readonly bearer: string
  /** The same session as a browser sends it. */
  readonly cookie: string
}

/** Everybody's password; long enough. */
export const password = 'correct horse battery'

/** Signs up, confirms the address by the message's link, signs in. */
export async function signUp(app: TestApp, email: string): Promise<Person> {
  const json = { name: 'A person', email, password }
  await answer(await app.request('/api/v1/auth/sign-up/email', { json }), 200)
  await confirm(app, email)
  return signIn(app, email)
}

/** Opens the link of the message that waits. */
export async function confirm(app: TestApp, email: string): Promise<void> {
  const { text } = await app.mailbox.next(email)
  const [link = ''] = /http:\/\/\S+/.exec(text) ?? []
  const { pathname, search } = new URL(link)
  const opened = await app.request(pathname + search)
  if (opened.status !== 302) throw new Error(`the link answered ${opened.status}`)
}

/** Signs in with the password alone. */
export async function signIn(app: TestApp, email: string): Promise<Person> {
  const response = await app.request('/api/v1/auth/sign-in/email', { json: { email, password } })
  const { user } = await answer<{ user: { id: string } }>(response.clone(), 200)
  return { id: user.id, email, ...sessionOf(response) }
}

/** The session that an answer began. */
export function sessionOf(response: Response): { bearer: string; cookie: string } {
  return {
    bearer: `Bearer ${response.headers.get('set-auth-token')}`,
    cookie: cookiesOf(response),
  }
}

/** The cookies that an answer sets, as the next request sends them. */
export function cookiesOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';')[0])
    .join('; ')
}

/** Signs up and is given a role by the operator. */
export async function signUpAs(
  app: TestApp,
  email: string,
  role: Account['role'],
  author_id: string | null = null,
): Promise<Person> {
  const person = await signUp(app, email)
  const changed = await app.request(`/api/v1/admin/accounts/${person.id}`, {
    method: 'PATCH',
    key: app.operatorKey,
    json: { role, author_id },
  })
  await answer(changed, 200)
  return person
}

/** The first admin, made with the code of a first start. */
export async function setUp(app: TestApp, email: string): Promise<Response> {
  const code = await app.services.accounts.ensureSetupCode({ keep: () => Promise.resolve() })
  return app.request('/api/v1/setup', { json: { code, email, name: 'Admin', password } })
}

/** RFC 6238: six digits of HMAC-SHA-1, a new one every 30 seconds. */
export function totpOf(uri: string, at: Date = new Date()): string {
  const secret = new URL(uri).searchParams.get('secret') ?? ''
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(Math.floor(at.getTime() / 30_000)))
  const mac = createHmac('sha1', fromBase32(secret)).update(counter).digest()
  const offset = (mac.at(-1) ?? 0) & 15
  return String((mac.readUInt32BE(offset) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}

function fromBase32(text: string): Buffer {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text.replace(/=+$/, ''), (letter) =>
    alphabet.indexOf(letter).toString(2).padStart(5, '0'),
  )
  return Buffer.from((bits.join('').match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}
