/** A session that holds. */
export interface SessionInfo {
  /** Id of the account that is signed in. */
  readonly account_id: string
}

/** Something that happened to an account. */
export interface AuthEvent {
  readonly action:
    | 'account.create'
    | 'account.verify_email'
    | 'account.change_password'
    | 'account.reset_password'
    | 'account.enable_two_factor'
    | 'account.disable_two_factor'
    | 'session.create'
    | 'session.end'
  readonly account_id: string
  /** Network address of whoever did it. */
  readonly address: string | null
}

/** Accounts as the rest of the server sees them: passwords, sessions and second factors are behind this. */
export interface Auth {
  /** Answers a request to a path below `/api/v1/auth`; `x-client-address` of it is believed. */
  handle(request: Request): Promise<Response>
  /** Whose session the headers carry, as a cookie or `Authorization: Bearer`; `undefined` for none that holds. */
  findSession(headers: Headers): Promise<SessionInfo | undefined>
  /** What is kept of a password. */
  hashPassword(password: string): Promise<string>
}
