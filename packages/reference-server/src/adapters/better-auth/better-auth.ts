import { randomUUID } from 'node:crypto'
import { eq } from 'drizzle-orm'
import { drizzleAdapter } from 'better-auth/adapters/drizzle'
import { APIError, createAuthMiddleware } from 'better-auth/api'
import { betterAuth } from 'better-auth/minimal'
import { bearer, twoFactor } from 'better-auth/plugins'
import {
  userCredentials,
  users,
  userSessions,
  userTwoFactors,
  userVerifications,
} from '../../db/schema/accounts.ts'
import type { Auth, AuthEvent } from '../../ports/auth.ts'
import type { AuthOptions } from './auth-options.ts'
import { createPasswordHasher } from './passwords.ts'
import { resetMessage, verificationMessage } from './messages.ts'

/** NIST SP 800-63B asks for at least 8 and for room for 64; beyond 128 only hashing gets longer. */
const passwordLength = { minPasswordLength: 10, maxPasswordLength: 128 }

/** A week, renewed once a day while it is used. */
const sessionLife = { expiresIn: 7 * 86_400, updateAge: 86_400 }

/** Accounts on the tables of `db/schema/accounts.ts`. Origin and CSRF checks are on wherever it runs. */
export function createBetterAuth(options: AuthOptions & { readonly secret: string }): Auth {
  const { db, secret, mailer, log, origin, publicUrl, record } = options
  const passwords = createPasswordHasher(options.passwordWork)

  const note = (action: AuthEvent['action'], account_id: string, request?: RequestLike) =>
    record({ action, account_id, address: request?.headers.get(addressHeader) ?? null })

  /** Whoever asks does not wait for the message: it would tell whether there is such an account. */
  const mail = (message: Parameters<typeof mailer.send>[0]): Promise<void> => {
    void mailer
      .send(message)
      .catch((error: unknown) => log.error({ err: error }, 'a message could not be sent'))
    return Promise.resolve()
  }

  const hasTwoFactors = async (id: string): Promise<boolean> => {
    const [row] = await db
      .select({ enabled: users.two_factor_enabled })
      .from(users)
      .where(eq(users.id, id))
    return row?.enabled === true
  }

  const auth = betterAuth({
    appName: 'Mothership',
    baseURL: origin(),
    basePath: '/api/v1/auth',
    secret,
    telemetry: { enabled: false },
    logger: { level: 'error', log: (_level, message) => log.warn(message) },
    onAPIError: {
      onError: (error) => {
        // A refusal is the answer; anything else is a failure that nobody else writes down.
        if (!(error instanceof APIError)) log.error({ err: error }, 'accounts failed')
      },
    },
    database: drizzleAdapter(db, {
      provider: 'pg',
      transaction: true,
      schema: {
        user: users,
        session: userSessions,
        account: userCredentials,
        verification: userVerifications,
        twoFactor: userTwoFactors,
      },
    }),
    // Off by themselves under test; here never.
    advanced: {
      disableOriginCheck: false,
      disableCSRFCheck: false,
      cookiePrefix: 'mothership',
      ipAddress: { ipAddressHeaders: [addressHeader] },
      database: { generateId: () => randomUUID() },
    },
    trustedOrigins: (request) => {
      if (publicUrl !== undefined) return [new URL(publicUrl).origin]
      if (request === undefined) return []
      const { host } = new URL(request.url)
      return [`http://${host}`, `https://${host}`]
    },
    rateLimit: { enabled: false }, // The server's own limits stand before it.
    emailAndPassword: {
      enabled: true,
      ...passwordLength,
      password: passwords,
      requireEmailVerification: true,
      revokeSessionsOnPasswordReset: true,
      sendResetPassword: ({ user, token }) => mail(resetMessage(user.email, token, origin())),
      onPasswordReset: ({ user }, request) => note('account.reset_password', user.id, request),
    },
    emailVerification: {
      sendOnSignUp: true,
      sendOnSignIn: true,
      sendVerificationEmail: ({ user, url }) => mail(verificationMessage(user.email, url)),
      afterEmailVerification: (user, request) => note('account.verify_email', user.id, request),
    },
    user: {
      fields: {
        emailVerified: 'email_verified',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    session: {
      ...sessionLife,
      fields: {
        userId: 'user_id',
        ipAddress: 'ip_address',
        userAgent: 'user_agent',
        expiresAt: 'expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    account: {
      fields: {
        accountId: 'account_id',
        providerId: 'provider_id',
        userId: 'user_id',
        accessToken: 'access_token',
        refreshToken: 'refresh_token',
        idToken: 'id_token',
        accessTokenExpiresAt: 'access_token_expires_at',
        refreshTokenExpiresAt: 'refresh_token_expires_at',
        createdAt: 'created_at',
        updatedAt: 'updated_at',
      },
    },
    verification: {
      storeIdentifier: 'hashed',
      fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
    },
    plugins: [
      twoFactor({
        issuer: 'Mothership',
        schema: {
          user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
          twoFactor: {
            fields: {
              userId: 'user_id',
              backupCodes: 'backup_codes',
              failedVerificationCount: 'failed_verification_count',
              lockedUntil: 'locked_until',
            },
          },
        },
      }),
      // After the second factor: a session that waits for it was taken back by then, and is not handed out. A token read
      // from the database lacks the signature, and opens nothing.
      bearer({ requireSignature: true }),
    ],
    databaseHooks: {
      user: { create: { after: (user, ctx) => note('account.create', user.id, ctx?.request) } },
      session: {
        create: {
          after: async (session, ctx) => {
            // A password alone made one that is taken back at once: it is the second factor that signs in.
            if (ctx?.path === '/sign-in/email' && (await hasTwoFactors(session.userId))) return
            await note('session.create', session.userId, ctx?.request)
          },
        },
      },
    },
    hooks: {
      after: createAuthMiddleware(async (ctx) => {
        const action = actionByPath[ctx.path]
        const account_id = ctx.context.session?.user.id ?? ctx.context.newSession?.user.id
        if (action === undefined || account_id === undefined) return
        if (ctx.context.returned instanceof APIError) return
        await note(action, account_id, ctx.request)
      }),
    },
  })

  return {
    handle: (request) => auth.handler(request),
    findSession: async (headers) => {
      const found = await auth.api.getSession({ headers })
      return found === null ? undefined : { account_id: found.user.id }
    },
    hashPassword: (password) => passwords.hash(password),
  }
}

interface RequestLike {
  readonly headers: Headers
}

/** Set by the server itself, from the connection; what a caller sends under this name is dropped before. */
const addressHeader = 'x-client-address'

/** What has no hook of its own. */
const actionByPath: Readonly<Record<string, AuthEvent['action']>> = {
  '/change-password': 'account.change_password',
  '/two-factor/verify-totp': 'account.enable_two_factor',
  '/two-factor/disable': 'account.disable_two_factor',
  '/sign-out': 'session.end',
  '/revoke-session': 'session.end',
  '/revoke-sessions': 'session.end',
  '/revoke-other-sessions': 'session.end',
}
