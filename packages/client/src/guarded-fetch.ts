import { MothershipError } from './errors.ts'

/** A `fetch` of one prepared request. */
export type GuardedFetch = (request: Request) => Promise<Response>

/** Redirects followed for one request; browsers allow 20, a mothership needs one for an old path. */
const maxHops = 5

/**
 * Wraps `fetch` so that credentials are added here and nowhere else, go to the mothership's origin alone, and
 * redirects are followed hop by hop, only to that same origin (scheme, host and port) and only for reads.
 */
export function createGuardedFetch(
  fetch: typeof globalThis.fetch,
  base: string,
  credentials: () => Readonly<Record<string, string>>,
): GuardedFetch {
  const { origin } = new URL(base)
  return async (request) => {
    if (new URL(request.url).origin !== origin) throw refuse(origin, request.url)
    let current = new Request(request, {
      headers: withCredentials(request.headers, credentials()),
      redirect: 'manual',
    })
    for (let hop = 0; hop <= maxHops; hop += 1) {
      const headers = new Headers(current.headers)
      const response = await fetch(current)
      if (response.type === 'opaqueredirect') throw refuse(origin, 'an address the browser hides')
      const location = response.headers.get('location')
      if (!isRedirect(response.status) || location === null) return response
      await response.body?.cancel()
      const target = URL.canParse(location, current.url)
        ? new URL(location, current.url)
        : undefined
      if (target?.origin !== origin) throw refuse(origin, target?.origin ?? 'no valid address')
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        throw new MothershipError(
          'redirect_refused',
          `The mothership redirected a ${request.method}, which is never sent twice. Check the address it is reached by.`,
        )
      }
      current = new Request(target, {
        method: request.method,
        headers,
        signal: request.signal,
        redirect: 'manual',
      })
    }
    throw new MothershipError(
      'redirect_refused',
      `The mothership redirected more than ${maxHops} times. Check the address it is reached by.`,
    )
  }
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status)
}

function withCredentials(headers: Headers, credentials: Readonly<Record<string, string>>): Headers {
  const result = new Headers(headers)
  for (const [name, value] of Object.entries(credentials)) result.set(name, value)
  return result
}

function refuse(origin: string, target: string): MothershipError {
  return new MothershipError(
    'redirect_refused',
    `The mothership at ${origin} redirected to ${target}; only its own origin is followed. Configure the address it should be reached by.`,
  )
}
