// What a call costs beside bare `fetch`, and an answer from the cache: `pnpm bench calls`.
import { once } from 'node:events'
import { createServer } from 'node:http'
import { createMothership } from '@mothership/client'
import { createMothershipHandlers } from '@mothership/client/testing'

interface Result {
  name: string
  unit: string
  ours: number
  peers: Record<string, number>
  ratios: Record<string, number>
}

const rounds = 15
const callsPerRound = 200

export default async function bench(): Promise<Result[]> {
  const items = createMothershipHandlers({ itemsPerKind: 20 }).items.slice(0, 20)
  const text = JSON.stringify({ items, total: 20, page: 1, page_size: 20 })
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(text)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const asking = createMothership({ env: {}, url, cacheTtlMs: 0, cacheBytes: 0, strict: true })
  const cached = createMothership({ env: {}, url, strict: true })
  const path = `${url}/api/v1/marketplace/apps/items?sort=popular&page=1&limit=20`
  const [ours, fetched, kept, parsed] = await interleave([
    () => asking.apps.list(),
    async () => (await fetch(path)).json(),
    () => cached.apps.list(),
    async () => JSON.parse(text) as unknown,
  ])
  server.close()
  server.closeAllConnections()
  return [
    {
      name: 'list of 20 items over loopback, checked against the contract',
      unit: 'µs',
      ours: ours ?? 0,
      peers: { 'fetch and JSON.parse': fetched ?? 0 },
      ratios: { 'to fetch': (ours ?? 0) / (fetched ?? 1) },
    },
    {
      name: 'the same list from the cache',
      unit: 'µs',
      ours: kept ?? 0,
      peers: { 'JSON.parse alone': parsed ?? 0, 'fetch and JSON.parse': fetched ?? 0 },
      ratios: {
        'to JSON.parse': (kept ?? 0) / (parsed ?? 1),
        'fetch to ours': (fetched ?? 0) / (kept ?? 1),
      },
    },
  ]
}

/** Median time of one call of each, in microseconds; rounds take turns. */
async function interleave(runs: readonly (() => Promise<unknown>)[]): Promise<number[]> {
  const times = runs.map(() => [] as number[])
  for (let round = 0; round < rounds; round += 1) {
    for (const [index, run] of runs.entries()) {
      const startedAt = performance.now()
      for (let call = 0; call < callsPerRound; call += 1) await run()
      times[index]?.push(((performance.now() - startedAt) / callsPerRound) * 1000)
    }
  }
  return times.map((all) => all.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0)
}
