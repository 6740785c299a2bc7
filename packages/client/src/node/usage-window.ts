import type { UsageEvent, UsageReport } from '../contract/index.ts'

/** One use of an item. */
export interface ItemUse {
  readonly kind: UsageEvent['kind']
  readonly slug: string
  readonly version: string
  /** Left out when nobody can tell. */
  readonly outcome?: 'success' | 'failure' | undefined
}

/** Most versions in one report, as the contract has it. */
const maxEvents = 1000

/** The line a use is written as, its end included. */
export function formatUse({ kind, slug, version, outcome }: ItemUse): string {
  return `${JSON.stringify([kind, slug, version, outcome ?? null])}\n`
}

/**
 * Adds up the uses of one window. The same text always gives the same reports: a window that is added up again after
 * a crash keeps its ids. A last line without its end was not acknowledged and does not count.
 */
export function addUp(instance_id: string, window_id: string, text: string): UsageReport[] {
  const totals = new Map<string, UsageEvent>()
  for (const line of text.slice(0, text.lastIndexOf('\n') + 1).split('\n')) {
    if (line === '') continue
    const [kind, slug, version, outcome] = JSON.parse(line) as [
      UsageEvent['kind'],
      string,
      string,
      string | null,
    ]
    const name = `${kind}:${slug}@${version}`
    const total = totals.get(name) ?? {
      kind,
      slug,
      version,
      executions: 0,
      successes: 0,
      failures: 0,
    }
    total.executions += 1
    if (outcome === 'success') total.successes += 1
    if (outcome === 'failure') total.failures += 1
    totals.set(name, total)
  }
  const events = [...totals.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([, event]) => event)
  const reports: UsageReport[] = []
  for (let first = 0; first < events.length; first += maxEvents) {
    const suffix = first === 0 ? '' : `.${first / maxEvents}`
    reports.push({
      instance_id,
      window_id: window_id + suffix,
      events: events.slice(first, first + maxEvents),
    })
  }
  return reports
}
