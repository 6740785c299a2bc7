import type { Caller } from '../features/credentials/caller.ts'
import type { Logger } from '../ports/logger.ts'

/** What middleware hands on through a request's context. */
export interface Environment {
  /** The connection, as the HTTP adapter gives it; nothing for requests made within the process. */
  Bindings: { readonly incoming?: { readonly socket?: { readonly remoteAddress?: string } } }
  Variables: {
    requestId: string
    /** Carries the request id on every line. */
    log: Logger
    /** Set for operations of the contract; pages have no credentials. */
    caller?: Caller
    /** Where the request comes from; see `clientAddress`. */
    address?: string
    /** Id of the operation that answers, for the access log. */
    operation?: string
  }
}
