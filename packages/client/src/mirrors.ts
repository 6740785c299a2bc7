import type { MothershipConfig } from './config.ts'
import { operations } from './contract/index.ts'
import type { Deadline } from './deadline.ts'
import { createEndpoint, type Endpoint } from './endpoint.ts'
import { isOutage } from './errors.ts'
import type { Emit } from './events.ts'
import { readAnswer } from './read-answer.ts'

/**
 * Adds mirrors to an endpoint: public reads go to the next mirror when the mothership fails, and to none that does not
 * tell the mothership's own id. Each mirror has its own credentials, or none.
 */
export function withMirrors(primary: Endpoint, config: MothershipConfig, emit: Emit): Endpoint {
  const { id } = config
  if (id === undefined || config.mirrors.length === 0) return primary
  const mirrors = config.mirrors.map((mirror) =>
    createMirror({ ...config, ...mirror, refreshAccessToken: undefined }, id, emit),
  )
  return {
    run: async (request, deadline, read) => {
      try {
        return await primary.run(request, deadline, read)
      } catch (error) {
        const { method, auth } = request.operation
        const mayFallBack = method === 'GET' && auth.includes('public') && isOutage(error)
        if (!mayFallBack || deadline.signal.aborted) throw error
        for (const mirror of mirrors) {
          if (!(await mirror.carriesId(deadline))) continue
          try {
            return await mirror.endpoint.run(request, deadline, read)
          } catch (failure) {
            if (!isOutage(failure) || deadline.signal.aborted) throw failure
          }
        }
        throw error
      }
    },
  }
}

interface CheckedMirror {
  readonly endpoint: Endpoint
  readonly carriesId: (deadline: Deadline) => Promise<boolean>
}

function createMirror(config: MothershipConfig, id: string, emit: Emit): CheckedMirror {
  const endpoint = createEndpoint(config, emit)
  const operation = operations.health
  let checkedAt = -Infinity
  let accepted = false
  return {
    endpoint,
    carriesId: async (deadline) => {
      if (accepted && config.now() - checkedAt < config.cacheTtlMs) return true
      try {
        const health = await endpoint.run({ operation }, deadline, (response, redact) =>
          readAnswer(operation, response, redact, config.now),
        )
        // readAnswer checked it against the schema of health.
        accepted = (health as { mothership_id: string }).mothership_id === id
        checkedAt = config.now()
        emit({ type: 'mirror', base: config.base ?? '', accepted })
      } catch (error) {
        if (!isOutage(error)) throw error
        accepted = false
      }
      return accepted
    },
  }
}
