import type { Health } from '@mothership/client/contract'
import type { Deps } from '../../ports/deps.ts'

/** Whether the mothership is well. */
export interface HealthService {
  check(): Promise<Health>
}

/** A database that takes longer to say hello serves nobody. */
const pingTimeoutMs = 2_000

/** Makes the service. */
export function createHealth({
  pingDatabase,
  clock,
  identity,
  log,
}: Pick<Deps, 'pingDatabase' | 'clock' | 'identity' | 'log'>): HealthService {
  return {
    check: async () => {
      const database = await answersInTime(pingDatabase).catch((error: unknown) => {
        log.warn({ err: error }, 'the database does not answer')
        return false
      })
      return {
        status: database ? 'ok' : 'degraded',
        ...identity,
        time: clock.now().toISOString(),
        checks: { database: database ? 'ok' : 'failing' },
      }
    },
  }
}

async function answersInTime(ping: () => Promise<void>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(resolve, pingTimeoutMs, false)
  })
  try {
    return await Promise.race([ping().then(() => true), late])
  } finally {
    clearTimeout(timer)
  }
}
