import * as z from 'zod'
import {
  authorIdField,
  idField,
  type PageAnswer,
  pageAnswerFields,
  type PageQuery,
  pageQuerySchema,
  timeField,
} from './fields.ts'
import { defineOperation, type Operation, type Role } from './operation.ts'

/** What a person may be; each is given by an admin, never taken. */
export type AccountRole = 'user' | 'publisher' | 'moderator' | 'admin'

/** A person with an account. */
export interface Account {
  id: string
  /** Lower case. */
  email: string
  email_verified: boolean
  name: string
  role: AccountRole
  /** The publisher this person acts for. */
  author_id: string | null
  two_factor_enabled: boolean
  created_at: string
}

/** Who a credential belongs to. */
export interface Whoami {
  role: Role
  /** The publisher it speaks for. */
  author_id: string | null
  /** The person; null for machines. */
  account: Account | null
}

/** Body that makes the first admin. */
export interface Setup {
  /** Printed at the first start, and in the file `setup-code` of the data directory. */
  code: string
  email: string
  name: string
  password: string
}

/** One page of accounts, oldest first. */
export interface AccountList extends PageAnswer {
  accounts: Account[]
}

/** Path parameters of an account. */
export interface AccountParams {
  id: string
}

/** Body that changes what an account may do. */
export interface AccountUpdate {
  role?: AccountRole
  /** Null for nobody. */
  author_id?: string | null
}

const accountRole = z.enum(['user', 'publisher', 'moderator', 'admin'])
const personName = z.string().min(1).max(200) // a person's name, with titles
const emailAddress = z.email().max(254) // RFC 5321: a path of 256 with its brackets

/** Schema of {@link Account}. */
export const accountSchema: z.ZodType<Account> = z.object({
  id: idField,
  email: z.string().max(254),
  email_verified: z.boolean(),
  name: z.string().max(200),
  role: accountRole,
  author_id: authorIdField.nullable(),
  two_factor_enabled: z.boolean(),
  created_at: timeField,
})

/** Schema of {@link Whoami}. */
export const whoamiSchema: z.ZodType<Whoami> = z.object({
  role: z.enum(['public', 'satellite', 'user', 'publisher', 'moderator', 'admin', 'operator']),
  author_id: authorIdField.nullable(),
  account: accountSchema.nullable(),
})

/** Schema of {@link Setup}. */
export const setupSchema: z.ZodType<Setup> = z.strictObject({
  code: z.string().min(1).max(128), // three times what a code has
  email: emailAddress,
  name: personName,
  password: z.string().min(10).max(128), // NIST SP 800-63B asks for 8 and at least 64
})

/** Schema of {@link AccountList}. */
export const accountListSchema: z.ZodType<AccountList> = z.object({
  accounts: z.array(accountSchema).max(100), // the largest page
  ...pageAnswerFields,
})

/** Schema of {@link AccountParams}. */
export const accountParamsSchema: z.ZodType<AccountParams> = z.strictObject({ id: idField })

/** Schema of {@link AccountUpdate}. */
export const accountUpdateSchema: z.ZodType<AccountUpdate> = z.strictObject({
  role: z.exactOptional(accountRole),
  author_id: z.exactOptional(authorIdField.nullable()),
})

/** Operations on accounts. Signing up and in is beside the contract, under `/api/v1/auth`. */
export const accountOperations: {
  readonly 'account.get': Operation<{ answers: { 200: Whoami } }>
  readonly 'accounts.setup': Operation<{ body: Setup; answers: { 201: Account } }>
  readonly 'accounts.list': Operation<{ query: PageQuery; answers: { 200: AccountList } }>
  readonly 'accounts.update': Operation<{
    params: AccountParams
    body: AccountUpdate
    answers: { 200: Account }
  }>
} = {
  'account.get': defineOperation({
    id: 'account.get',
    method: 'GET',
    path: '/api/v1/me',
    summary: 'Who the presented credential belongs to',
    auth: ['satellite', 'user', 'publisher', 'moderator', 'admin', 'operator'],
    scope: 'read',
    own: ['satellite', 'user', 'publisher', 'moderator', 'admin', 'operator'],
    answers: { 200: { type: 'json', description: 'Role and account', schema: whoamiSchema } },
    errors: ['unauthenticated', 'forbidden'],
  }),
  'accounts.setup': defineOperation({
    id: 'accounts.setup',
    method: 'POST',
    path: '/api/v1/setup',
    summary: 'Make the first admin with the code of the first start, once',
    auth: ['public'],
    scope: 'manage',
    body: { type: 'json', schema: setupSchema },
    answers: { 201: { type: 'json', description: 'The admin', schema: accountSchema } },
    errors: ['forbidden', 'account_exists'],
  }),
  'accounts.list': defineOperation({
    id: 'accounts.list',
    method: 'GET',
    path: '/api/v1/admin/accounts',
    summary: 'Accounts, oldest first',
    auth: ['admin', 'operator'],
    scope: 'manage',
    query: pageQuerySchema,
    answers: { 200: { type: 'json', description: 'One page', schema: accountListSchema } },
    errors: ['unauthenticated', 'forbidden'],
  }),
  'accounts.update': defineOperation({
    id: 'accounts.update',
    method: 'PATCH',
    path: '/api/v1/admin/accounts/{id}',
    summary: 'Give an account its role, and the publisher it acts for',
    description: 'A publisher needs a verified email address and the author_id of a publisher.',
    auth: ['admin', 'operator'],
    scope: 'manage',
    params: accountParamsSchema,
    body: { type: 'json', schema: accountUpdateSchema },
    answers: { 200: { type: 'json', description: 'The account', schema: accountSchema } },
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
}
