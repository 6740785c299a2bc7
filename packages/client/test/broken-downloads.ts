import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import type { ServerResponse } from 'node:http'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, vi } from 'vitest'
import { createMothership, MothershipError, type PackageRef } from '@mothership/client'
import { downloadToFile } from '@mothership/client/node'
import { etagOf, faults, seeded, sendPackage, spoil } from './faulty-packages.ts'
import { openLoopbackServer } from './loopback-server.ts'

const item: PackageRef = { kind: 'skill', slug: 'tools.sorter', version: '1.2.0' }
const timeMs = 30_000

/** What came of a number of broken downloads. */
export interface Tally {
  whole: number
  refused: number
  resumed: number
}

/**
 * Downloads again and again from a server that spoils up to four answers of each, at random offsets, cancelling and
 * starting anew now and then, under a fake clock. Whatever happens, the file is right or it is not there.
 */
export async function breakDownloads(rounds: number, seed: number): Promise<Tally> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  const random = seeded(seed)
  const directory = await mkdtemp(join(tmpdir(), 'broken-downloads-'))
  const content = randomBytes(150_000)
  const tally: Tally = { whole: 0, refused: 0, resumed: 0 }
  let running = true
  const stalled = new Set<ServerResponse>()
  let stalledTurns = 0 // turns of the event loop since the server fell silent
  // Waits of length 0 are over whenever the event loop turns; time-outs a while after the server fell silent.
  const turn = () => {
    if (!running) return
    stalledTurns += 1
    vi.advanceTimersByTime(stalled.size > 0 && stalledTurns > 20 ? timeMs : 0)
    setImmediate(turn)
  }
  turn()
  let spoiled = 0
  await using server = await openLoopbackServer((request, response) => {
    if (spoiled <= 0) return sendPackage(request, response, content)
    spoiled -= 1
    const fault = faults[Math.floor(random() * faults.length)] ?? 'close'
    const offset = Math.floor(random() * content.length)
    return spoil(fault, offset, request, response, content, () => {
      stalledTurns = 0
      stalled.add(response)
      response.once('close', () => stalled.delete(response))
    })
  })
  const open = () =>
    createMothership({
      env: {},
      url: server.url,
      retries: 1,
      breakerFailures: 0,
      timeoutMs: timeMs,
      idleTimeoutMs: timeMs,
      random: () => 0,
    }).releases
  try {
    for (let round = 0; round < rounds; round += 1) {
      const file = join(directory, `${round}.tar.gz`)
      spoiled = 1 + Math.floor(random() * 4)
      const restarts = random() < 0.5 ? 1 + Math.floor(random() * 2) : 0
      for (let start = 0; ; start += 1) {
        const controller = new AbortController()
        const cancelAt = start < restarts ? Math.floor(random() * content.length) : Infinity
        const known = random() < 0.5 ? { package_sha256: digestOf(content) } : {}
        try {
          const done = await downloadToFile(open(), { ...item, ...known }, file, {
            signal: controller.signal,
            onProgress: ({ received }) => {
              expect(existsSync(file)).toBe(false)
              if (received > cancelAt) controller.abort(new Error('cancelled'))
            },
          })
          expect((await readFile(file)).equals(content)).toBe(true)
          expect(done).toMatchObject({ size: content.length, sha256: digestOf(content) })
          if (done.resumed_from > 0) tally.resumed += 1
          tally.whole += 1
          break
        } catch (error) {
          expect(existsSync(file)).toBe(false)
          if (controller.signal.aborted) continue
          expect(error).toBeInstanceOf(MothershipError)
          tally.refused += 1
          if (start < restarts) continue
          spoiled = 0 // the server recovers: the next try must succeed, from whatever lies there
        }
      }
    }
    const left = (await readdir(directory)).filter((name) => name.endsWith('.part'))
    expect(left).toEqual([])
    return tally
  } finally {
    running = false
    vi.useRealTimers()
    await rm(directory, { recursive: true, force: true })
  }
}

function digestOf(content: Buffer): string {
  return etagOf(content).slice(1, -1)
}
