import { execFile } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'

const fixture = join(import.meta.dirname, 'fixtures', 'slow-reader.ts')

/** Answers every connection with a head and 300,000 bytes, and closes. */
async function readSlowly(head: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => undefined) // the reader may be gone
    socket.once('data', () => socket.end(Buffer.concat([Buffer.from(head), Buffer.alloc(300_000)])))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const port = typeof address === 'object' ? address?.port : undefined
  try {
    const args = ['--conditions=@mothership/source', '--no-warnings', fixture]
    const { stdout } = await promisify(execFile)(process.execPath, [
      ...args,
      `http://127.0.0.1:${port}`,
    ])
    return stdout.trim()
  } finally {
    server.close()
  }
}

describe('a reader that is slower than the network', () => {
  it.concurrent.each([
    [
      'closes',
      'HTTP/1.1 200 OK\r\ncontent-length: 300000\r\nconnection: close\r\n\r\n',
      /^received 300000$/,
    ],
    ['says no length', 'HTTP/1.1 200 OK\r\n\r\n', /^received 300000$/],
    ['closes too early', 'HTTP/1.0 200 OK\r\ncontent-length: 300009\r\n\r\n', /MothershipError$/],
  ])('survives a server that %s', async (_, head, outcome) => {
    expect(await readSlowly(head)).toMatch(outcome)
  })
})
