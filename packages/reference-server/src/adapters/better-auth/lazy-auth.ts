import { randomBytes } from 'node:crypto'
import type { Auth } from '../../ports/auth.ts'
import type { AuthOptions } from './auth-options.ts'

/** Accounts by better-auth, which is loaded when the first of them is touched: the start does without. */
export function createLazyAuth(options: AuthOptions): Auth {
  let loading: Promise<Auth> | undefined
  const load = (): Promise<Auth> => {
    loading ??= open(options).catch((error: unknown) => {
      loading = undefined // What failed once, a disk that was full, may work the next time.
      throw error
    })
    return loading
  }
  return {
    handle: async (request) => (await load()).handle(request),
    findSession: async (headers) => (await load()).findSession(headers),
    hashPassword: async (password) => (await load()).hashPassword(password),
  }
}

async function open(options: AuthOptions): Promise<Auth> {
  const make = (): Promise<Uint8Array> => Promise.resolve(randomBytes(32))
  const secret = await options.secrets.readOrCreate('accounts-secret', make)
  const { createBetterAuth } = await import('./better-auth.ts')
  return createBetterAuth({ ...options, secret: Buffer.from(secret).toString('base64url') })
}
