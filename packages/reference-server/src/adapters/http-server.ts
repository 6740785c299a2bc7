import { once } from 'node:events'
import type { Server } from 'node:http'
import { createAdaptorServer } from '@hono/node-server'
import { ServerError } from '../errors.ts'

/** A server that takes requests. */
export interface ListeningServer {
  /** Where it answers, such as `http://127.0.0.1:8787`; an address of all interfaces is given as loopback. */
  readonly url: string
  /** Takes no more requests, lets those under way finish, and cuts what is not done after the grace. */
  readonly close: () => Promise<void>
}

/** How long requests under way may take to finish once the server is told to stop. */
const graceMs = 10_000

/**
 * Listens for HTTP.
 *
 * @throws ServerError `address_unusable`.
 */
export async function listen(options: {
  readonly fetch: (request: Request) => Response | Promise<Response>
  readonly host: string
  readonly port: number
}): Promise<ListeningServer> {
  const { fetch, host, port } = options
  const server = createAdaptorServer({ fetch }) as Server
  server.listen(port, host)
  try {
    await once(server, 'listening')
  } catch (error) {
    throw new ServerError('address_unusable', explain(error, host, port), { cause: error })
  }
  let closing: Promise<void> | undefined
  return { url: urlOf(server, host), close: () => (closing ??= drain(server)) }
}

async function drain(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve())
  })
  server.closeIdleConnections()
  // A connection that was busy becomes idle later, and would be kept for the client's next request.
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const cut = setTimeout(() => server.closeAllConnections(), graceMs)
  await closed
  clearInterval(sweep)
  clearTimeout(cut)
}

function urlOf(server: Server, host: string): string {
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const reachable = { '0.0.0.0': '127.0.0.1', '::': '::1' }[host] ?? host
  return `http://${reachable.includes(':') ? `[${reachable}]` : reachable}:${port}`
}

function explain(error: unknown, host: string, port: number): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'EADDRINUSE') {
    return `port ${port} of ${host} is taken by another program: stop that one, or choose another with PORT`
  }
  if (code === 'EACCES') {
    return `this user may not listen on port ${port}: choose one above 1023 with PORT`
  }
  return `cannot listen on ${host} port ${port}: ${error instanceof Error ? error.message : String(error)}; check HOST and PORT`
}
