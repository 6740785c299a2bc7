import type { Caller } from '../features/credentials/caller.ts'
import type { Logger } from '../ports/logger.ts'

/** What middleware hands on through a request's context. */
export interface Environment {
  Variables: {
    requestId: string
    /** Carries the request id on every line. */
    log: Logger
    /** Set for operations of the contract; pages have no credentials. */
    caller?: Caller
    /** Id of the operation that answers, for the access log. */
    operation?: string
  }
}
