import { count, desc, inArray, max, sql, sum } from 'drizzle-orm'
import type {
  PageQuery,
  UsageEvent,
  UsageReceipt,
  UsageReport,
  UsageSummary,
} from '@mothership/client/contract'
import { kinds } from '@mothership/manifest'
import type { Database } from '../../db/index.ts'
import { releases } from '../../db/schema/catalog.ts'
import { usageTotals, usageWindows } from '../../db/schema/usage.ts'
import type { Deps } from '../../ports/deps.ts'

/** What hosts tell of the items they run. */
export interface UsageService {
  /** Counts a window once; runs of versions that were never released here are left out. */
  report(input: UsageReport): Promise<UsageReceipt>
  summary(query: PageQuery): Promise<UsageSummary>
}

/** Makes the service. */
export function createUsage({ db, clock }: Pick<Deps, 'db' | 'clock'>): UsageService {
  return {
    report: ({ instance_id, window_id, events }) =>
      db.transaction(async (tx) => {
        const known = await onlyReleased(tx, events)
        const reported_at = clock.now()
        // The row is the mark of "counted": of two reports at once the second waits here, and then counts nothing.
        const [first] = await tx
          .insert(usageWindows)
          .values({ instance_id, window_id, accepted: known.length, reported_at })
          .onConflictDoNothing()
          .returning()
        if (first === undefined) return { accepted: 0 }
        for (const event of merged(known)) await add(tx, event, reported_at)
        return { accepted: known.length }
      }),

    summary: async ({ page, limit }) => {
      const executions = sum(usageTotals.executions).mapWith(Number)
      const rows = await db
        .select({
          kind: usageTotals.kind,
          slug: usageTotals.slug,
          executions,
          successes: sum(usageTotals.successes).mapWith(Number),
          failures: sum(usageTotals.failures).mapWith(Number),
          last_reported_at: max(usageTotals.last_reported_at),
        })
        .from(usageTotals)
        .groupBy(usageTotals.kind, usageTotals.slug)
        .orderBy(desc(executions), usageTotals.slug, usageTotals.kind)
        .limit(limit)
        .offset((page - 1) * limit)
      const items = db
        .selectDistinct({ kind: usageTotals.kind, slug: usageTotals.slug })
        .from(usageTotals)
        .as('items')
      const [counted] = await db.select({ total: count() }).from(items)
      return {
        items: rows.flatMap(({ kind, last_reported_at, ...row }) => {
          const known = kinds.find((one) => one === kind)
          if (known === undefined || last_reported_at === null) return []
          return [{ kind: known, ...row, last_reported_at: last_reported_at.toISOString() }]
        }),
        total: counted?.total ?? 0,
        page,
        page_size: limit,
      }
    },
  }
}

async function onlyReleased(tx: Database, events: readonly UsageEvent[]): Promise<UsageEvent[]> {
  const slugs = [...new Set(events.map(({ slug }) => slug))]
  const rows = await tx
    .select({ kind: releases.kind, slug: releases.slug, version: releases.version })
    .from(releases)
    .where(inArray(releases.slug, slugs))
  const released = new Set(rows.map(nameOf))
  return events.filter((event) => released.has(nameOf(event)))
}

/** One entry a version, in one order everywhere: two reports never wait for each other in a ring. */
function merged(events: readonly UsageEvent[]): UsageEvent[] {
  const byName = new Map<string, UsageEvent>()
  for (const event of events) {
    const earlier = byName.get(nameOf(event))
    byName.set(nameOf(event), {
      ...event,
      executions: event.executions + (earlier?.executions ?? 0),
      successes: event.successes + (earlier?.successes ?? 0),
      failures: event.failures + (earlier?.failures ?? 0),
    })
  }
  return [...byName.entries()].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, event]) => event)
}

async function add(tx: Database, event: UsageEvent, last_reported_at: Date): Promise<void> {
  const { kind, slug, version, executions, successes, failures } = event
  await tx
    .insert(usageTotals)
    .values({ kind, slug, version, executions, successes, failures, last_reported_at })
    .onConflictDoUpdate({
      target: [usageTotals.kind, usageTotals.slug, usageTotals.version],
      set: {
        executions: sql`${usageTotals.executions} + excluded.executions`,
        successes: sql`${usageTotals.successes} + excluded.successes`,
        failures: sql`${usageTotals.failures} + excluded.failures`,
        last_reported_at,
      },
    })
}

function nameOf(event: { kind: string; slug: string; version: string }): string {
  return `${event.kind}:${event.slug}@${event.version}`
}
