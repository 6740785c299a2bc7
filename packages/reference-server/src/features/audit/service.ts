import type { Role } from '@mothership/client/contract'
import type { Database } from '../../db/index.ts'
import { auditEvents } from '../../db/schema/audit.ts'
import type { Clock } from '../../ports/clock.ts'

/** Who acted: a credential, or a part of the server. */
export interface Actor {
  readonly role: Role | 'server'
  /** Id of the account or the access key, or the name of the part of the server. Never a secret. */
  readonly id: string
  readonly request_id?: string | undefined
  /** Network address it came from. */
  readonly address?: string | undefined
}

/** What happened, to be kept for good. */
export interface AuditEvent {
  readonly actor: Actor
  /** Verb and noun: `submission.approve`. */
  readonly action: string
  /** What it happened to: `submission:<id>`. */
  readonly subject: string
  readonly before?: unknown
  readonly after?: unknown
}

/** The trail of what was done. Rows are only ever added; the database refuses anything else. */
export interface AuditService {
  /** Writes within the transaction that does the thing: both are there or neither. */
  record(tx: Database, event: AuditEvent): Promise<void>
}

/** Makes the trail. */
export function createAudit(clock: Clock): AuditService {
  return {
    record: async (tx, { actor, action, subject, before, after }) => {
      await tx.insert(auditEvents).values({
        happened_at: clock.now(),
        actor_role: actor.role,
        actor_id: actor.id,
        action,
        subject,
        before: before ?? null,
        after: after ?? null,
        request_id: actor.request_id ?? null,
        address: actor.address ?? null,
      })
    },
  }
}
