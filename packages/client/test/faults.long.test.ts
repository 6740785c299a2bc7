import { once } from 'node:events'
import { createServer as createTcpServer, type Socket } from 'node:net'
import { afterAll, describe, expect, it } from 'vitest'
import { createMothership } from '@mothership/client'
import { seeded } from './faulty-packages.ts'
import { answerJson, openLoopbackServer } from './loopback-server.ts'
import { summary } from './samples.ts'

const page = { items: [summary], total: 1, page: 1, page_size: 20 }
const token = 'mst_secret_0123456789abcdef'
const rejections: unknown[] = []
const note = (reason: unknown) => rejections.push(reason)
process.on('unhandledRejection', note)
afterAll(() => void process.off('unhandledRejection', note))

describe('10,000 calls over every fault', () => {
  it('[TC8] leave no socket, no timer, no unhandled rejection and no credential behind', async () => {
    const random = seeded(5)
    const said: string[] = []
    await using server = await openLoopbackServer((_, response) => {
      const luck = random()
      if (luck < 0.5) answerJson(response, page)
      else if (luck < 0.6) response.destroy()
      else if (luck < 0.7) answerJson(response, { code: 'internal', detail: token }, 500)
      else if (luck < 0.8) response.writeHead(302, { location: 'http://other.example/' }).end()
      else if (luck < 0.85) response.writeHead(302, { location: '/again' }).end()
      else if (luck < 0.852) response.writeHead(200, { 'content-length': 99 }).write('{"it')
      else if (luck < 0.998) answerJson(response, { items: token })
      // Otherwise nothing ever comes.
    })
    await using garbage = await openGarbage()
    const given = { env: {}, token, timeoutMs: 1000, random: () => 0, breakerFailures: 0 }
    const clients = [
      createMothership({ ...given, url: server.url, cacheTtlMs: 0 }),
      createMothership({ ...given, url: server.url, cacheBytes: 0, retries: 0 }),
      createMothership({ ...given, url: 'http://127.0.0.1:1' }),
      createMothership({ ...given, url: garbage.url }),
      createMothership({ ...given, url: garbage.url.replace('http:', 'https:') }),
    ]
    for (const client of clients) {
      client.on('event', (event) => {
        if (event.type === 'degraded') said.push(event.error.message, String(event.error.cause))
      })
    }
    const run = async (calls: number) => {
      const seen: Record<string, number> = {}
      for (let done = 0; done < calls; done += 50) {
        const answers = await Promise.all(
          Array.from({ length: 50 }, async (_, index) => {
            const client = clients[(done + index) % (index % 10 === 0 ? clients.length : 2)]
            if (client === undefined) throw new RangeError('no client')
            return client.skills.list({ page: 1 + (index % 25) })
          }),
        )
        for (const answer of answers) {
          said.push(JSON.stringify(answer))
          const code = answer.source === 'none' ? answer.code : answer.source
          seen[code] = (seen[code] ?? 0) + 1
        }
      }
      return seen
    }
    await run(300)
    const before = await settled()
    const seen = await run(10_000)
    const after = await settled()
    expect(Object.keys(seen)).toEqual(
      expect.arrayContaining([
        'mothership',
        'unreachable',
        'timeout',
        'internal',
        'redirect_refused',
        'invalid_answer',
      ]),
    )
    expect(after.timers).toBeLessThanOrEqual(before.timers)
    expect(after.sockets).toBeLessThanOrEqual(before.sockets + 20) // the pool of kept connections
    expect(rejections).toEqual([])
    expect(said.join('\n')).not.toContain(token)
  })
})

/** Counts what keeps the process busy, once idle connections had time to close. */
async function settled(): Promise<{ timers: number; sockets: number }> {
  await new Promise((resolve) => setTimeout(resolve, 6000))
  const resources = process.getActiveResourcesInfo()
  const count = (pattern: RegExp) => resources.filter((name) => pattern.test(name)).length
  return { timers: count(/^Timeout$/), sockets: count(/^TCPSocketWrap$/) }
}

/** A server that answers neither HTTP nor TLS. */
async function openGarbage(): Promise<AsyncDisposable & { url: string }> {
  const sockets = new Set<Socket>()
  const server = createTcpServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined) // the client gave up
    socket.on('close', () => sockets.delete(socket))
    socket.resume().end('garbage\r\n\r\n') // who does not read does not see the other side close
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}
