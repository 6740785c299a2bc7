import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createMothership } from '@mothership/client'
import { createUsageReporter } from '@mothership/client/node'
import { usageReportSchema } from '@mothership/client/contract'
import { seeded } from './faulty-packages.ts'
import { answerJson, openLoopbackServer } from './loopback-server.ts'

const fixture = join(import.meta.dirname, 'fixtures', 'record-until-killed.ts')

/** What processes that were killed had noted, and what the mothership counted. Versions tell the uses apart. */
export interface Account {
  readonly recorded: readonly string[]
  /** How often each use was counted. */
  readonly counted: ReadonlyMap<string, number>
  /** Reports that arrived although they had been counted before. */
  readonly repeated: number
  /** Requests that the server failed. */
  readonly spoiled: number
}

/**
 * Has processes record and send uses, and kills each with SIGKILL at a random one of its requests. The server fails
 * at random: before it counts, after it counted, or while it answers. In the end one reporter sends what is left.
 */
export async function killReporters(rounds: number, seed: number): Promise<Account> {
  const random = seeded(seed)
  const directory = await mkdtemp(join(tmpdir(), 'killed-reporters-'))
  const seen = new Set<string>()
  const counted = new Map<string, number>()
  let repeated = 0
  let failing = true
  let spoiled = 0
  let requestsLeft = 0
  let kill: () => void = () => undefined
  await using server = await openLoopbackServer(async (request, response) => {
    const parts: Buffer[] = []
    for await (const part of request) parts.push(part as Buffer) // without an encoding, parts are buffers
    const luck = failing ? random() : 1
    if (luck < 0.6) spoiled += 1
    requestsLeft -= 1
    if (requestsLeft === 0) setTimeout(() => kill(), random() * 4)
    if (luck < 0.3) {
      response.destroy()
      return
    }
    const report = usageReportSchema.parse(JSON.parse(Buffer.concat(parts).toString()))
    const name = `${report.instance_id} ${report.window_id}`
    const first = !seen.has(name)
    seen.add(name)
    if (!first) repeated += 1
    for (const { version, executions } of first ? report.events : []) {
      counted.set(version, (counted.get(version) ?? 0) + executions)
    }
    if (luck < 0.45) response.destroy()
    else if (luck < 0.52) answerJson(response, { code: 'unavailable', detail: 'Later.' }, 503)
    else if (luck < 0.6) response.writeHead(200, { 'content-length': 50 }).write('{"acc')
    else answerJson(response, { accepted: first ? report.events.length : 0 })
  })
  try {
    const recorded: string[] = []
    for (let round = 0; round < rounds; round += 1) {
      requestsLeft = 3 + Math.floor(random() * 3)
      const child = startRecording([server.url, directory, String(round)])
      kill = () => child.kill('SIGKILL')
      for (const version of await child.recorded) recorded.push(version)
    }
    failing = false
    const mothership = createMothership({ env: {}, url: server.url })
    const reporter = createUsageReporter({ mothership, directory, windowMs: 60_000 })
    const { waiting } = await reporter.close({ timeoutMs: 60_000 })
    if (waiting > 0) throw new Error(`${waiting} reports still wait`)
    return { recorded, counted, repeated, spoiled }
  } finally {
    await rm(directory, { recursive: true, force: true })
  }
}

interface RecordingProcess {
  kill(signal: 'SIGKILL'): void
  /** The version of each use that it said it had recorded, once it has ended. */
  readonly recorded: Promise<string[]>
}

function startRecording(given: readonly string[]): RecordingProcess {
  const child = spawn(
    process.execPath,
    ['--conditions=@mothership/source', '--no-warnings', fixture, ...given],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part))
  return {
    kill: (signal) => child.kill(signal),
    recorded: new Promise((resolve) => {
      child.once('close', () =>
        resolve(text.split('\n').filter((line) => /^\d+\.\d+\.0$/.test(line))),
      )
    }),
  }
}
