import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { createMothership, type MothershipOptions, type PackageRef } from '@mothership/client'
import { answerJson, openLoopbackServer } from './loopback-server.ts'

const bytes = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 31) % 251))
const item: PackageRef = { kind: 'skill', slug: 'tools.sorter', version: '1.2.0' }

type Answer = (
  request: IncomingMessage,
  response: ServerResponse,
  attempt: number,
  consumer: Consumer,
) => void

/** What the reading side has, so that a server can cut exactly there. */
interface Consumer {
  whenReceived(length: number): Promise<void>
}

afterEach(() => vi.useRealTimers())

describe('download', () => {
  it('streams the package from the path of the contract', async () => {
    const { got, requests } = await download((_, response) => sendWhole(response))
    expect(got.equals(bytes)).toBe(true)
    expect(requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/v1/marketplace/releases/skills/tools.sorter/1.2.0/package',
    ])
  })

  it('throws the mothership’s problem before the first byte', async () => {
    await expect(
      download((_, response) =>
        answerJson(response, { code: 'not_found', detail: 'No such release.' }, 404),
      ),
    ).rejects.toMatchObject({ code: 'not_found', status: 404 })
  })

  it.each([
    ['digest', { package_sha256: 'cd'.repeat(32) }],
    ['length', { package_size: bytes.length - 1 }],
  ])('refuses a package of another %s before the first byte', async (_, expected) => {
    const parts: Uint8Array[] = []
    await expect(
      download((_, response) => sendWhole(response), {}, { ...item, ...expected }, parts),
    ).rejects.toMatchObject({ code: 'package_mismatch' })
    expect(parts).toEqual([])
  })

  it('refuses bytes that do not have the digest of the ETag', async () => {
    const tampered = Buffer.from(bytes)
    tampered.writeUInt8(tampered.readUInt8(777) ^ 1, 777)
    await expect(
      download((_, response) => sendWhole(response, tampered, etagOf(bytes))),
    ).rejects.toMatchObject({ code: 'package_mismatch' })
  })

  it('goes on from where a broken connection stopped', async () => {
    const { got, requests } = await download((request, response, attempt, consumer) =>
      attempt < 3 ? sendCut(request, response, consumer, 60_000) : sendRange(request, response),
    )
    expect(got.equals(bytes)).toBe(true)
    expect(requests).toHaveLength(4)
    for (const { headers } of requests.slice(1)) {
      expect(headers.range).toMatch(/^bytes=\d+-$/)
      expect(headers['if-range']).toBe(etagOf(bytes))
    }
    const offsets = requests.slice(1).map(({ headers }) => Number(headers.range?.slice(6, -1)))
    expect(offsets.every((offset, index) => offset > (offsets[index - 1] ?? 0))).toBe(true)
  })

  it('gives up with a typed error after three resumptions', async () => {
    let requests = 0
    await expect(
      download((request, response, _, consumer) => {
        requests += 1
        sendCut(request, response, consumer, 10_000)
      }),
    ).rejects.toMatchObject({ code: 'interrupted' })
    expect(requests).toBe(4)
  })

  it('[TC4] starts again, handing nothing on twice, when the whole comes instead of the range', async () => {
    const { got } = await download((request, response, attempt, consumer) =>
      attempt === 0 ? sendCut(request, response, consumer, 60_000) : sendWhole(response),
    )
    expect(got.equals(bytes)).toBe(true)
  })

  it.each([
    'bytes 1-199999/200000',
    'bytes 0-9/200000',
    'bytes */200000',
    'bytes=60000-199999/200000',
    '',
  ])('[TC4] asks for the whole after the wrong Content-Range "%s"', async (range) => {
    const { got, requests } = await download((request, response, attempt, consumer) => {
      if (attempt === 0) sendCut(request, response, consumer, 60_000)
      else if (attempt > 1) sendWhole(response)
      else {
        const headers = { etag: etagOf(bytes), 'content-range': range }
        response.writeHead(206, headers).end(bytes.subarray(1))
      }
    })
    expect(got.equals(bytes)).toBe(true)
    const asked = requests.map(({ headers }) => headers.range !== undefined)
    expect(asked).toEqual([false, true, false])
  })

  it.each(['whole', 'range'])(
    '[TC4] refuses to go on when the ETag changed midway and a %s comes',
    async (form) => {
      const other = Buffer.from(bytes.map((byte) => byte ^ 1))
      const parts: Uint8Array[] = []
      const answer: Answer = (request, response, attempt, consumer) => {
        if (attempt === 0) sendCut(request, response, consumer, 60_000)
        else if (form === 'whole') sendWhole(response, other, etagOf(other))
        else sendRange(request, response, other, etagOf(other))
      }
      await expect(download(answer, {}, item, parts)).rejects.toMatchObject({
        code: 'package_mismatch',
      })
      expect(Buffer.concat(parts).equals(bytes.subarray(0, 60_000))).toBe(true)
    },
  )

  it('[TC4] starts from 0 with the new package when the ETag changed before the first byte', async () => {
    const other = Buffer.from(bytes.map((byte) => byte ^ 1))
    const { got } = await download((request, response, attempt, consumer) =>
      attempt === 0
        ? sendCut(request, response, consumer, 0)
        : sendWhole(response, other, etagOf(other)),
    )
    expect(got.equals(other)).toBe(true)
  })

  it('[TC6] refuses a declared length above the cap without waiting for a byte', async () => {
    const answer: Answer = (_, response) => {
      response.writeHead(200, { 'content-length': 1001 }).flushHeaders()
    }
    await expect(download(answer, { maxPackageBytes: 1000 })).rejects.toMatchObject({
      code: 'package_too_large',
    })
  })

  it('[TC6] stops a body without an end at the cap', async () => {
    const parts: Uint8Array[] = []
    await expect(
      download(
        (_, response) => {
          response.writeHead(200)
          const pump = () => {
            while (!response.destroyed && response.write(bytes));
          }
          response.on('drain', pump)
          pump()
        },
        { maxPackageBytes: 1_000_000 },
        item,
        parts,
      ),
    ).rejects.toMatchObject({ code: 'package_too_large' })
    expect(Buffer.concat(parts).length).toBeLessThanOrEqual(1_000_000)
  })

  it('[TC6] takes silence for a broken connection, and resumes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { got, requests } = await download(
      (request, response, attempt, consumer) => {
        if (attempt > 0) sendRange(request, response)
        else {
          response.writeHead(200, { etag: etagOf(bytes), 'content-length': bytes.length })
          response.write(bytes.subarray(0, 5000))
          // By then the reader waits for the next bytes.
          void consumer
            .whenReceived(5000)
            .then(() => setImmediate(() => vi.advanceTimersByTime(70)))
        }
      },
      { idleTimeoutMs: 70 },
    )
    expect(got.equals(bytes)).toBe(true)
    expect(requests[1]?.headers.range).toBe('bytes=5000-')
  })

  it('[TC6] never accepts fewer bytes than were declared', async () => {
    const expected = { ...item, package_size: bytes.length }
    await expect(
      download(
        (_, response) => {
          response.writeHead(200, { 'transfer-encoding': 'chunked' }).end(bytes.subarray(0, 100))
        },
        {},
        expected,
      ),
    ).rejects.toMatchObject({ code: 'interrupted' })
  })

  it('does not count the time the consumer takes', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    await using server = await openLoopbackServer((_, response) => sendWhole(response))
    const mothership = createMothership({ env: {}, url: server.url })
    const parts: Uint8Array[] = []
    for await (const part of mothership.releases.download(item)) {
      vi.advanceTimersByTime(3_600_000)
      parts.push(part)
    }
    expect(Buffer.concat(parts).equals(bytes)).toBe(true)
    expect(server.requests).toHaveLength(1)
  })

  it('ends with the signal’s reason when it is cancelled midway', async () => {
    await using server = await openLoopbackServer((_, response) => {
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 100))
    })
    const controller = new AbortController()
    const reason = new Error('enough')
    const mothership = createMothership({ env: {}, url: server.url })
    const read = async () => {
      const { signal } = controller
      for await (const part of mothership.releases.download(item, { signal })) {
        if (part.length > 0) controller.abort(reason)
      }
    }
    await expect(read()).rejects.toBe(reason)
  })

  it('lets go of the connection when the consumer stops early', async () => {
    let closed: (() => void) | undefined
    const whenClosed = new Promise<void>((resolve) => (closed = resolve))
    await using server = await openLoopbackServer((_, response) => {
      response.on('close', () => closed?.())
      response.writeHead(200, { 'content-length': bytes.length }).write(bytes.subarray(0, 100))
    })
    const mothership = createMothership({ env: {}, url: server.url })
    for await (const part of mothership.releases.download(item)) if (part.length > 0) break
    await whenClosed
    expect(server.requests).toHaveLength(1)
  })
})

async function download(
  answer: Answer,
  options: MothershipOptions = {},
  ref: PackageRef = item,
  parts: Uint8Array[] = [],
): Promise<{ got: Buffer; requests: IncomingMessage[] }> {
  let attempt = 0
  let received = 0
  const waiting: { length: number; resolve: () => void }[] = []
  const settle = () => {
    for (const { length, resolve } of waiting) if (received >= length) resolve()
  }
  const consumer: Consumer = {
    whenReceived: (length) =>
      new Promise((resolve) => {
        waiting.push({ length, resolve })
        settle()
      }),
  }
  await using server = await openLoopbackServer((request, response) => {
    answer(request, response, attempt, consumer)
    attempt += 1
  })
  const mothership = createMothership({ env: {}, url: server.url, ...options })
  for await (const part of mothership.releases.download(ref)) {
    parts.push(part)
    received += part.length
    settle()
  }
  return { got: Buffer.concat(parts), requests: server.requests }
}

function etagOf(content: Buffer): string {
  return `"${createHash('sha256').update(content).digest('hex')}"`
}

function sendWhole(response: ServerResponse, content = bytes, etag = etagOf(content)): void {
  response.writeHead(200, { etag, 'content-length': content.length }).end(content)
}

function sendRange(
  request: IncomingMessage,
  response: ServerResponse,
  content = bytes,
  etag = etagOf(content),
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const range = `bytes ${from}-${content.length - 1}/${content.length}`
  response
    .writeHead(206, { etag, 'content-range': range, 'content-length': content.length - from })
    .end(content.subarray(from))
}

/** Declares all that is left, sends `length` bytes of it and breaks the connection once they were received. */
function sendCut(
  request: IncomingMessage,
  response: ServerResponse,
  consumer: Consumer,
  length: number,
): void {
  const from = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? 0)
  const headers = { etag: etagOf(bytes), 'content-length': bytes.length - from }
  if (from === 0) response.writeHead(200, headers)
  else {
    const range = `bytes ${from}-${bytes.length - 1}/${bytes.length}`
    response.writeHead(206, { ...headers, 'content-range': range })
  }
  response.flushHeaders()
  if (length > 0) response.write(bytes.subarray(from, from + length))
  void consumer.whenReceived(from + length).then(() => response.destroy())
}
