import * as z from 'zod'
import { idField, timeField } from './fields.ts'
import { defineOperation, type Operation, type Role, type Scope } from './operation.ts'

/** A scope that a token can be made with. */
export type TokenScope = Exclude<Scope, 'account'>

/** Every scope a token can be made with. A satellite's holds at most `read`, `download` and `usage`. */
export const tokenScopes: readonly TokenScope[] = [
  'read',
  'download',
  'usage',
  'publish',
  'moderate',
  'manage',
]

/** A credential of a machine, without its secret. */
export interface Token {
  id: string
  /** `satellite`: sent as `X-API-Token`; `api_key`: sent as `X-API-Key`, and acts as its owner. */
  type: 'satellite' | 'api_key'
  name: string
  scopes: TokenScope[]
  created_at: string
  /** To the minute. */
  last_used_at: string | null
  expires_at: string | null
  revoked_at: string | null
  /** The token that took its place. */
  replaced_by: string | null
}

/** One's own tokens, newest first, revoked and expired ones included. */
export interface TokenList {
  tokens: Token[]
}

/** Body that makes a token. */
export interface TokenCreation {
  type: 'satellite' | 'api_key'
  name: string
  scopes: TokenScope[]
  expires_at?: string
}

/** A new token with its secret. */
export interface TokenCreated {
  token: Token
  /** Shown this once, kept only as a hash. */
  secret: string
}

/** Body that rotates a token. */
export interface TokenRotation {
  /** How long the old one still works beside the new one. Default: a day. */
  overlap_seconds?: number
}

/** Path parameters of a token. */
export interface TokenParams {
  id: string
}

const type = z.enum(['satellite', 'api_key'])
const name = z.string().min(1).max(100) // a label
const scopes = z.array(z.enum(tokenScopes)).min(1).max(6) // each once

/** Schema of {@link Token}. */
export const tokenSchema: z.ZodType<Token> = z.object({
  id: idField,
  type,
  name,
  scopes,
  created_at: timeField,
  last_used_at: timeField.nullable(),
  expires_at: timeField.nullable(),
  revoked_at: timeField.nullable(),
  replaced_by: idField.nullable(),
})

/** Schema of {@link TokenList}. */
export const tokenListSchema: z.ZodType<TokenList> = z.object({
  tokens: z.array(tokenSchema).max(1000), // working ones end at 100; the rest are of the past
})

/** Schema of {@link TokenCreation}. */
export const tokenCreationSchema: z.ZodType<TokenCreation> = z
  .strictObject({ type, name, scopes, expires_at: z.exactOptional(timeField) })
  .refine((body) => new Set(body.scopes).size === body.scopes.length, {
    path: ['scopes'],
    message: 'each scope once',
  })
  .refine((body) => body.type !== 'satellite' || body.scopes.every(isSatelliteScope), {
    path: ['scopes'],
    message: 'a satellite has read, download and usage, and no more',
  })

/** Schema of {@link TokenCreated}. */
export const tokenCreatedSchema: z.ZodType<TokenCreated> = z.object({
  token: tokenSchema,
  secret: z.string().min(20).max(256), // long enough not to be guessed, short enough for a header
})

/** Schema of {@link TokenRotation}. */
export const tokenRotationSchema: z.ZodType<TokenRotation> = z.strictObject({
  overlap_seconds: z.exactOptional(z.int().min(0).max(2_592_000)), // 30 days: long enough to reach every host
})

/** Schema of {@link TokenParams}. */
export const tokenParamsSchema: z.ZodType<TokenParams> = z.strictObject({ id: idField })

function isSatelliteScope(scope: TokenScope): boolean {
  return scope === 'read' || scope === 'download' || scope === 'usage'
}

const owners: readonly Role[] = ['user', 'publisher', 'moderator', 'admin', 'operator']

/** Operations on one's own tokens. No token opens them: who has one cannot make himself another. */
export const tokenOperations: {
  readonly 'tokens.list': Operation<{ answers: { 200: TokenList } }>
  readonly 'tokens.create': Operation<{ body: TokenCreation; answers: { 201: TokenCreated } }>
  readonly 'tokens.rotate': Operation<{
    params: TokenParams
    body: TokenRotation
    answers: { 201: TokenCreated }
  }>
  readonly 'tokens.revoke': Operation<{ params: TokenParams; answers: { 200: Token } }>
} = {
  'tokens.list': defineOperation({
    id: 'tokens.list',
    method: 'GET',
    path: '/api/v1/me/tokens',
    summary: 'One’s own tokens, newest first',
    auth: owners,
    scope: 'account',
    own: owners,
    answers: { 200: { type: 'json', description: 'The tokens', schema: tokenListSchema } },
    errors: ['unauthenticated', 'forbidden'],
  }),
  'tokens.create': defineOperation({
    id: 'tokens.create',
    method: 'POST',
    path: '/api/v1/me/tokens',
    summary: 'Make a token for a satellite or a program',
    auth: owners,
    scope: 'account',
    own: owners,
    body: { type: 'json', schema: tokenCreationSchema },
    answers: {
      201: {
        type: 'json',
        description: 'The token, and its secret this once',
        schema: tokenCreatedSchema,
      },
    },
    errors: ['unauthenticated', 'forbidden'],
  }),
  'tokens.rotate': defineOperation({
    id: 'tokens.rotate',
    method: 'POST',
    path: '/api/v1/me/tokens/{id}/rotate',
    summary: 'Put a new token in the place of one, which works for a while longer',
    auth: owners,
    scope: 'account',
    own: owners,
    params: tokenParamsSchema,
    body: { type: 'json', schema: tokenRotationSchema },
    answers: {
      201: {
        type: 'json',
        description: 'The new token, and its secret this once',
        schema: tokenCreatedSchema,
      },
    },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  'tokens.revoke': defineOperation({
    id: 'tokens.revoke',
    method: 'DELETE',
    path: '/api/v1/me/tokens/{id}',
    summary: 'Make a token useless, at once',
    auth: owners,
    scope: 'account',
    own: owners,
    params: tokenParamsSchema,
    answers: { 200: { type: 'json', description: 'The token', schema: tokenSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
}
