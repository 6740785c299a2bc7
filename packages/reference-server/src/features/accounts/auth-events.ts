import type { Database } from '../../db/index.ts'
import type { AuthEvent } from '../../ports/auth.ts'
import type { AuditService } from '../audit/service.ts'

/** Writes what happened to an account into the trail: by its owner, from where it came. */
export function recordAuthEvent(
  db: Database,
  audit: AuditService,
  { action, account_id, address }: AuthEvent,
): Promise<void> {
  return audit.record(db, {
    actor: { role: 'user', id: account_id, ...(address === null ? {} : { address }) },
    action,
    subject: `account:${account_id}`,
  })
}
