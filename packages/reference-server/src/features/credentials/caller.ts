import type { Role } from '@mothership/client/contract'

/** Who asks: what a credential turned into. Never holds the credential itself. */
export interface Caller {
  readonly role: Role
  /** Id of the access key; null for an anonymous reader. */
  readonly access_key_id: string | null
  /** The publisher the key speaks for; null for everybody else. */
  readonly author_id: string | null
}

/** A reader without a credential. */
export const anonymous: Caller = { role: 'public', access_key_id: null, author_id: null }
