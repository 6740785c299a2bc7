// A large package to a file, against curl and plain fetch, and the memory it takes: `pnpm bench downloads`.
import { execFile, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createMothership } from '@mothership/client'
import { downloadToFile } from '@mothership/client/node'

interface Result {
  name: string
  unit: string
  ours: number
  peers: Record<string, number>
  ratios: Record<string, number>
}

const mib = 1_048_576
const block = Buffer.alloc(mib, 'mothership')
const speedMib = 100
const memoryMib = 500
const rounds = 3

export default async function bench(): Promise<Result[]> {
  const directory = await mkdtemp(join(tmpdir(), 'downloads-bench-'))
  const server = createServer(async (request, response) => {
    const blocks = Number(/\/v?(\d+)\.0\.0\//.exec(request.url ?? '')?.[1])
    const etag = `"${digestOf(blocks)}"`
    response.writeHead(200, { etag, 'content-length': blocks * mib })
    for (let sent = 0; sent < blocks; sent += 1) {
      if (!response.write(block)) await once(response, 'drain')
    }
    response.end()
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  const { releases } = createMothership({ env: {}, url, maxPackageBytes: 1000 * mib })
  const pathOf = (blocks: number) =>
    `${url}/api/v1/marketplace/releases/skills/a.b/${blocks}.0.0/package`
  const file = join(directory, 'package')
  const ours = (blocks: number) =>
    downloadToFile(releases, { kind: 'skill', slug: 'a.b', version: `${blocks}.0.0` }, file)
  const plain = async (blocks: number) => {
    const response = await fetch(pathOf(blocks))
    if (response.body === null) throw new Error('no body')
    // Types of node:stream/web and of the global differ in name only.
    await pipeline(Readable.fromWeb(response.body as never), createWriteStream(file))
  }
  const curl = (blocks: number) => promisify(execFile)('curl', ['-sS', '-o', file, pathOf(blocks)])
  try {
    digestOf(speedMib)
    digestOf(memoryMib)
    const hasCurl = spawnSync('curl', ['--version']).status === 0
    const runs = { ours, 'fetch to a file, unchecked': plain, ...(hasCurl ? { curl } : {}) }
    const speeds = await measure(runs, file)
    const before = process.memoryUsage().rss
    let peak = before
    const timer = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 5)
    await ours(memoryMib)
    clearInterval(timer)
    const grown = (peak - before) / mib
    const { ours: mine = 0, ...peers } = speeds
    return [
      {
        name: `${speedMib} MiB to a file, digest included`,
        unit: 'MiB/s',
        ours: mine,
        peers,
        ratios: Object.fromEntries(
          Object.entries(peers).map(([name, speed]) => [`to ${name}`, mine / speed]),
        ),
      },
      {
        name: `memory that ${memoryMib} MiB to a file add to the process`,
        unit: 'MiB',
        ours: grown,
        peers: { 'the package': memoryMib },
        ratios: { 'to the package': grown / memoryMib },
      },
    ]
  } finally {
    server.close()
    server.closeAllConnections()
    await rm(directory, { recursive: true, force: true })
  }
}

async function measure(
  runs: Record<string, (blocks: number) => Promise<unknown>>,
  file: string,
): Promise<Record<string, number>> {
  const times: Record<string, number[]> = {}
  for (let round = 0; round < rounds; round += 1) {
    for (const [name, run] of Object.entries(runs)) {
      const startedAt = performance.now()
      await run(speedMib)
      ;(times[name] ??= []).push(performance.now() - startedAt)
      await rm(file)
    }
  }
  return Object.fromEntries(
    Object.entries(times).map(([name, all]) => {
      const median = all.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? 0
      return [name, (speedMib * 1000) / median]
    }),
  )
}

const digests = new Map<number, string>()

function digestOf(blocks: number): string {
  const known = digests.get(blocks)
  if (known !== undefined) return known
  const hash = createHash('sha256')
  for (let number = 0; number < blocks; number += 1) hash.update(block)
  const digest = hash.digest('hex')
  digests.set(blocks, digest)
  return digest
}
