import type { Role, Scope } from '@mothership/client/contract'

/** Who asks: what a credential turned into. Never holds the credential itself. */
export interface Caller {
  readonly role: Role
  /** Id of the access key; null for an anonymous reader and for somebody signed in. */
  readonly access_key_id: string | null
  /** The person; null for machines and anonymous readers. */
  readonly account_id: string | null
  /** The publisher the caller speaks for; null for everybody else. */
  readonly author_id: string | null
  /** What the key opens; null: whatever its role opens. */
  readonly scopes: readonly Scope[] | null
}

/** A reader without a credential. */
export const anonymous: Caller = {
  role: 'public',
  access_key_id: null,
  account_id: null,
  author_id: null,
  scopes: null,
}

/** Whose things the caller's own are; the `owner` of access keys. */
export function ownerOf(caller: Caller): string {
  if (caller.account_id !== null) return `account:${caller.account_id}`
  if (caller.author_id !== null) return `publisher:${caller.author_id}`
  return caller.role
}
