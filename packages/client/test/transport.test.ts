import type { ServerResponse } from 'node:http'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { createMothership, type MothershipOptions } from '@mothership/client'
import { answerJson, openLoopbackServer } from './loopback-server.ts'
import { summary } from './samples.ts'

const token = 'mst_secret_0123456789abcdef'
const page = { items: [summary], total: 1, page: 1, page_size: 20 }

function openStrict(url: string, options: MothershipOptions = {}) {
  return createMothership({ env: {}, url, token, retries: 0, ...options, strict: true })
}

describe('redirects', () => {
  it('follows one within the mothership, with the credential', async () => {
    await using server = await openLoopbackServer((request, response) => {
      if (request.url?.startsWith('/api')) redirect(response, '/moved')
      else answerJson(response, page)
    })
    expect(await openStrict(server.url).skills.list()).toMatchObject({ total: 1 })
    expect(server.requests.map(({ headers }) => headers['x-api-token'])).toEqual([token, token])
  })

  it.each([
    'http://169.254.169.254/latest/meta-data',
    'http://localhost:1/',
    'file:///etc/passwd',
    '//other.example/',
    'javascript:alert(1)',
    'http://[',
  ])('[TC1] refuses one to %s, on the first hop and on a later one', async (location) => {
    await using server = await openLoopbackServer((request, response) =>
      redirect(response, request.url?.includes('/plugins/') ? '/second' : location),
    )
    const mothership = openStrict(server.url)
    await expect(mothership.skills.list()).rejects.toMatchObject({ code: 'redirect_refused' })
    expect(server.requests).toHaveLength(1)
    await expect(mothership.plugins.list()).rejects.toMatchObject({ code: 'redirect_refused' })
    expect(server.requests).toHaveLength(3)
  })

  it('[TC2] sends neither a credential nor anything else to another origin', async () => {
    await using other = await openLoopbackServer((_, response) => answerJson(response, page))
    await using server = await openLoopbackServer((_, response) =>
      redirect(response, `${other.url}/api/v1/marketplace/skills/items`),
    )
    const credentials = { apiKey: 'key-0123456789abcdefghij', accessToken: 'user-0123456789' }
    await expect(openStrict(server.url, credentials).skills.list()).rejects.toMatchObject({
      code: 'redirect_refused',
    })
    expect(server.requests).toHaveLength(1)
    expect(other.requests).toHaveLength(0)
  })

  it('[TC3] refuses one from https to http', async () => {
    const sent: string[] = []
    const mothership = openStrict('https://m.example', {
      fetch: (input) => {
        sent.push(new Request(input).url)
        const location = 'http://m.example/api/v1/marketplace/skills/items'
        return Promise.resolve(new Response(null, { status: 302, headers: { location } }))
      },
    })
    await expect(mothership.skills.list()).rejects.toMatchObject({ code: 'redirect_refused' })
    expect(sent.map((url) => new URL(url).protocol)).toEqual(['https:'])
  })

  it('gives up on a circle', async () => {
    await using server = await openLoopbackServer((_, response) => redirect(response, '/again'))
    await expect(openStrict(server.url).skills.list()).rejects.toMatchObject({
      code: 'redirect_refused',
    })
    expect(server.requests).toHaveLength(6)
  })

  it('never sends a POST twice', async () => {
    await using server = await openLoopbackServer((_, response) => redirect(response, '/b', 307))
    await expect(
      openStrict(server.url).moderation.reject('sub-1', 'No licence.'),
    ).rejects.toMatchObject({ code: 'redirect_refused' })
    expect(server.requests).toHaveLength(1)
  })
})

describe('credentials', () => {
  it('[TC8] appear in no error, log, inspection or address', async () => {
    const secrets = {
      token,
      apiKey: 'msk_secret_fedcba9876543210',
      accessToken: 'msu secret/0123456789',
    }
    const said: string[] = []
    const say = (value: unknown) => {
      said.push(inspect(value, { depth: 20, showHidden: true, getters: true }), String(value))
      if (value instanceof Error) said.push(value.stack ?? '', JSON.stringify(value))
    }
    await using server = await openLoopbackServer((request, response) => {
      said.push(request.url ?? '')
      const echo = `${Object.values(secrets).join(' ')} ${encodeURIComponent(secrets.accessToken)}`
      if (request.url?.includes('/plugins/')) response.destroy()
      else if (request.url?.includes('/agents/')) redirect(response, `http://a.example/?${echo}`)
      else if (request.url?.includes('/themes/')) answerJson(response, { items: echo })
      else {
        const problem = { code: 'forbidden', detail: echo, request_id: echo, title: echo }
        answerJson(response, { ...problem, issues: [{ path: echo, message: echo }] }, 403)
      }
    })
    const throwing = async () => {
      throw Object.assign(new Error(`no route with ${token}`, { cause: new Error(token) }), {
        headers: { 'x-api-token': token },
      })
    }
    for (const options of [{}, { fetch: throwing }, { timeoutMs: 1, url: 'http://127.0.0.1:1' }]) {
      const given = {
        env: {},
        retries: 0,
        url: server.url,
        ...secrets,
        onDegraded: say,
        ...options,
      }
      const strict = createMothership({ ...given, strict: true })
      const degrading = createMothership(given)
      say(strict)
      say(strict.validate())
      for (const kind of ['skill', 'plugin', 'agent', 'theme'] as const) {
        say(
          await strict
            .items(kind)
            .list()
            .catch((error: unknown) => error),
        )
        say(await degrading.items(kind).list())
        say(await drain(strict.releases.download({ kind, slug: 'a.b', version: '1.0.0' })))
      }
    }
    expect(server.requests.length).toBeGreaterThan(8)
    const output = said.join('\n')
    expect(output).toContain('[redacted]')
    for (const secret of Object.values(secrets)) {
      expect(output).not.toContain(secret)
      expect(output).not.toContain(encodeURIComponent(secret))
    }
  })
})

describe('answers', () => {
  it('[TC7] stop being decoded at a fixed size, however small they were packed', async () => {
    const bomb = gzipSync(`{"items":"${'0'.repeat(64_000_000)}"}`, { level: 1 })
    await using server = await openLoopbackServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    expect(bomb.length).toBeLessThan(1_000_000)
    await expect(openStrict(server.url).skills.list()).rejects.toMatchObject({
      code: 'answer_too_large',
    })
  })

  it.each(['head', 'body'])('end with a typed error when the %s never comes', async (part) => {
    await using server = await openLoopbackServer((_, response) => {
      if (part === 'body') response.writeHead(200).write('{"items":[')
    })
    await expect(openStrict(server.url, { timeoutMs: 60 }).skills.list()).rejects.toMatchObject({
      code: 'timeout',
    })
  })

  it('end with a typed error when the connection breaks midway', async () => {
    await using server = await openLoopbackServer((_, response) => {
      response.writeHead(200, { 'content-length': '100' })
      response.write('{"items":[', () => response.destroy())
    })
    await expect(openStrict(server.url).skills.list()).rejects.toMatchObject({
      code: 'unreachable',
    })
  })
})

function redirect(response: ServerResponse, location: string, status = 302): void {
  response.writeHead(status, { location }).end()
}

async function drain(stream: AsyncIterable<Uint8Array>): Promise<unknown> {
  try {
    for await (const bytes of stream) if (bytes.length === 0) break
    return undefined
  } catch (error) {
    return error
  }
}
