import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { type ClientRequest, createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { getRequestListener } from '@hono/node-server'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { maxPackageBytes } from '@mothership/client/contract'
import { maxManifestBytes } from '@mothership/manifest'
import { type Author, registerAuthor, signSkill } from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe('limits on what is sent', () => {
  let app: TestApp
  let ada: Author
  let server: Server
  let port: number

  beforeAll(async () => {
    app = await createTestApp()
    ada = await registerAuthor(app, 'ada')
    server = createServer(getRequestListener(app.app.fetch))
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    port = (server.address() as AddressInfo).port
  })
  afterAll(async () => {
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
    await app[Symbol.asyncDispose]()
  })

  const boundary = 'frontier'

  function head(name: string): string {
    return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="x"\r\n\r\n`
  }

  /** Sends chunks until the server answers, and tells how many bytes it took. */
  function send(
    chunks: Iterable<string | Uint8Array>,
    headers: Record<string, string> = {},
  ): Promise<{ status: number; code: string; sentBytes: number }> {
    return new Promise((resolve, reject) => {
      let sentBytes = 0
      let answered = false
      const request = httpRequest(
        {
          port,
          host: '127.0.0.1',
          method: 'POST',
          path: '/api/v1/submissions',
          headers: {
            'X-API-Key': ada.accessKey,
            'Content-Type': `multipart/form-data; boundary=${boundary}`,
            ...headers,
          },
        },
        (response) => {
          answered = true
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (chunk: string) => (text += chunk))
          response.on('end', () => {
            request.destroy()
            const { code } = JSON.parse(text) as { code: string }
            resolve({ status: response.statusCode ?? 0, code, sentBytes })
          })
        },
      )
      request.on('error', (error) => {
        if (!answered) reject(error)
      })
      void (async () => {
        for (const chunk of chunks) {
          if (answered || request.destroyed) return
          sentBytes += chunk.length
          if (!request.write(chunk)) await writable(request)
        }
        request.end()
      })()
    })
  }

  async function writable(request: ClientRequest): Promise<void> {
    const waiting = new AbortController()
    const { signal } = waiting
    await Promise.race([
      once(request, 'drain', { signal }),
      once(request, 'close', { signal }),
    ]).finally(() => waiting.abort())
  }

  async function leftOvers(): Promise<string[]> {
    return (await readdir(app.directory)).filter((name) => name.startsWith('upload-'))
  }

  it('[TS14] answers 413 while a package without end is still being sent, and keeps nothing of it', async () => {
    const chunk = new Uint8Array(1024 * 1024)
    function* endless(): Generator<string | Uint8Array> {
      yield `${head('manifest')}{}\r\n${head('package')}`
      for (let sent = 0; sent < 10 * maxPackageBytes; sent += chunk.length) yield chunk
    }
    const { status, code, sentBytes } = await send(endless())
    expect({ status, code }).toEqual({ status: 413, code: 'payload_too_large' })
    expect(sentBytes).toBeLessThan(2 * maxPackageBytes)
    expect(await leftOvers()).toEqual([])
  })

  it('[TS14] refuses a body that announces too much before it reads any of it', async () => {
    const { status, sentBytes } = await send(['x'], { 'Content-Length': '10000000000' })
    expect(status).toBe(413)
    expect(sentBytes).toBe(1)
  })

  it('[TS14] counts a manifest while it arrives', async () => {
    const padding = 'x'.repeat(maxManifestBytes + 1)
    const { status } = await send([head('manifest'), padding, `\r\n--${boundary}--\r\n`])
    expect(status).toBe(413)
  })

  it.each([
    ['a part twice', [`${head('manifest')}{}\r\n${head('manifest')}{}\r\n--${boundary}--\r\n`]],
    ['an unknown part', [`${head('role')}operator\r\n--${boundary}--\r\n`]],
    ['a part of a prototype’s name', [`${head('__proto__')}{}\r\n--${boundary}--\r\n`]],
    ['a part missing', [`${head('manifest')}{}\r\n--${boundary}--\r\n`]],
    ['an end too soon', [`${head('manifest')}{}`]],
    ['no parts', [`--${boundary}--\r\n`]],
    ['no multipart at all', ['hello']],
    [
      'a thousand parts',
      [Array.from({ length: 1000 }, (_, n) => `${head(`p${n}`)}x\r\n`).join('')],
    ],
  ])('[TS14] refuses %s with 400', async (_what, chunks) => {
    const { status, code } = await send(chunks)
    expect({ status, code }).toEqual({ status: 400, code: 'invalid_request' })
    expect(await leftOvers()).toEqual([])
  })

  it('[TS14] refuses a JSON body over 1 MiB', async () => {
    const refused = await app.request('/api/v1/publishers', {
      key: app.operatorKey,
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ author_id: 'x'.repeat(1_100_000) }),
    })
    expect(refused.status).toBe(413)
  })

  it('takes the parts in either order', async () => {
    const { manifest, bytes } = await signSkill(ada)
    const form = new FormData()
    form.append('package', new Blob([bytes]))
    form.append('manifest', JSON.stringify(manifest))
    const sent = await app.request('/api/v1/submissions', { key: ada.accessKey, body: form })
    expect(sent.status).toBe(201)
    expect(await leftOvers()).toEqual([])
  })
})
