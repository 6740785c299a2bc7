import { createKeyring, ed25519, generateKeyPair, createSigner } from '@mothership/manifest'
import type { IncomingMessage } from 'node:http'
import { describe, expect, it } from 'vitest'
import { createMothership, proveKey } from '@mothership/client'
import { keyProofMessage, keyRegistrationSchema } from '@mothership/client/contract'
import { answerJson, openLoopbackServer } from './loopback-server.ts'
import { detail, key, release, submission } from './samples.ts'

describe('submissions', () => {
  it('send the manifest and the package as two parts of one form', async () => {
    const manifest = { kind: 'skill', name: 'Größe' }
    const content = new Uint8Array([31, 139, 0, 255, 13, 10])
    let form: FormData | undefined
    await using server = await openLoopbackServer(async (request, response) => {
      form = await readForm(request)
      answerJson(response, submission, 201)
    })
    const mothership = createMothership({ env: {}, url: server.url, apiKey: 'key' })
    const answer = await mothership.submissions.create({ manifest, package: content })
    expect(answer).toEqual({ ...submission, source: 'mothership' })
    expect(server.requests[0]?.headers['x-api-key']).toBe('key')
    expect([...(form?.keys() ?? [])]).toEqual(['manifest', 'package'])
    expect(await partOf(form, 'manifest').text()).toBe(JSON.stringify(manifest))
    expect(partOf(form, 'manifest').type).toBe('application/json')
    expect(await partOf(form, 'package').bytes()).toEqual(content)
  })

  it('answer a typed failure with its issues when the mothership refuses', async () => {
    const issues = [{ path: 'manifest.permissions.0', message: 'unknown permission' }]
    await using server = await openLoopbackServer((request, response) => {
      request.resume()
      answerJson(response, { code: 'invalid_manifest', detail: 'Refused.', issues }, 422)
    })
    const mothership = createMothership({ env: {}, url: server.url })
    expect(
      await mothership.submissions.create({ manifest: {}, package: new Blob(['x']) }),
    ).toMatchObject({ status: 'failed', code: 'invalid_manifest', issues })
  })
})

describe('keys', () => {
  it('are registered with a proof that verifies for this author only', async () => {
    const signer = createSigner(generateKeyPair())
    const registration = await proveKey(signer, 'ada')
    expect(keyRegistrationSchema.safeParse(registration).success).toBe(true)
    const signature = Buffer.from(registration.proof, 'base64url')
    const { public_key } = registration
    const proves = (author_id: string) =>
      ed25519.verify(signature, keyProofMessage({ author_id, public_key }), signer.public_key)
    expect(proves('ada')).toBe(true)
    expect(proves('eve')).toBe(false)
  })

  it('travel to the publisher’s own path and come back as a keyring takes them', async () => {
    const signer = createSigner(generateKeyPair())
    const record = { ...key, key_id: signer.key_id, public_key: hexOf(signer.public_key) }
    const bodies: string[] = []
    await using server = await openLoopbackServer(async (request, response) => {
      const body = await readText(request)
      bodies.push(body)
      if (request.method === 'POST') answerJson(response, record, 201)
      else answerJson(response, { keys: [record] })
    })
    const mothership = createMothership({ env: {}, url: server.url })
    expect(await mothership.publishers.addKey('ada', signer)).toEqual(record)
    expect(JSON.parse(bodies[0] ?? '')).toEqual(await proveKey(signer, 'ada'))
    const { keys } = await mothership.publishers.keys('ada')
    expect(createKeyring(keys).get(signer.key_id)).toEqual(record)
    expect(server.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /api/v1/publishers/ada/keys',
      'GET /api/v1/publishers/ada/keys',
    ])
  })
})

describe('releases', () => {
  it('resolve the newest version, its manifest as received and its links absolute', async () => {
    await using server = await openLoopbackServer((request, response) =>
      answerJson(response, request.url?.includes('/versions/') ? release : detail),
    )
    const mothership = createMothership({ env: {}, url: server.url })
    const resolved = await mothership.releases.resolve({ kind: 'skill', slug: 'tools.sorter' })
    expect(JSON.stringify(resolved.manifest)).toBe(JSON.stringify(release.manifest))
    expect(resolved.listing_url).toBe(`${server.url}/skills/tools.sorter`)
    expect(server.requests.map(({ url }) => url)).toEqual([
      '/api/v1/marketplace/skills/items/tools.sorter',
      '/api/v1/marketplace/skills/items/tools.sorter/versions/1.2.0',
    ])
  })

  it('refuse the answer for another release than was asked for', async () => {
    await using server = await openLoopbackServer((_, response) => answerJson(response, release))
    const mothership = createMothership({ env: {}, url: server.url })
    await expect(
      mothership.releases.resolve({ kind: 'skill', slug: 'tools.sorter', version: '9.0.0' }),
    ).rejects.toMatchObject({ code: 'invalid_answer' })
  })

  it('throw typed errors in every mode', async () => {
    const mothership = createMothership({ env: {}, enabled: false })
    await expect(mothership.releases.resolve({ kind: 'skill', slug: 'a.b' })).rejects.toMatchObject(
      { code: 'disabled' },
    )
  })
})

describe('moderation, publishers and usage', () => {
  it('send what they are given and answer what came', async () => {
    const sent: unknown[] = []
    const report = {
      instance_id: 'i-1',
      window_id: 'w-1',
      events: [
        {
          kind: 'skill' as const,
          slug: 'a.b',
          version: '1.0.0',
          executions: 1,
          successes: 1,
          failures: 0,
        },
      ],
    }
    const creation = { author_id: 'ada', display_name: 'Ada', namespaces: ['tools'] }
    const list = { total: 0, page: 1, page_size: 20 }
    const created = {
      publisher: { ...creation, created_at: '2026-01-31T12:00:00Z' },
      access_key: 'msp_0123456789abcdefghij',
    }
    const answers: [string, unknown, number?][] = [
      ['GET /api/v1/admin/moderation/queue', { ...list, submissions: [submission] }],
      ['POST /api/v1/admin/moderation/queue/sub-1/approve', submission],
      ['POST /api/v1/admin/moderation/queue/sub-1/reject', submission],
      ['POST /api/v1/publishers', created, 201],
      ['POST /api/v1/marketplace/usage', { accepted: 1 }],
      ['GET /api/v1/admin/usage', { ...list, items: [] }],
      ['GET /api/v1/submissions/sub-1', submission],
    ]
    await using server = await openLoopbackServer(async (request, response) => {
      const body = await readText(request)
      if (body !== '') sent.push(JSON.parse(body))
      const route = `${request.method} ${request.url?.split('?')[0]}`
      const [, answer, status] = answers.find(([path]) => path === route) ?? []
      answerJson(response, answer, status)
    })
    const mothership = createMothership({ env: {}, url: server.url, strict: true })
    expect(await mothership.moderation.queue({ status: 'rejected' })).toMatchObject({ total: 0 })
    expect(server.requests[0]?.url).toContain('?status=rejected&page=1&limit=20')
    expect(await mothership.moderation.approve('sub-1')).toEqual(submission)
    expect(await mothership.moderation.reject('sub-1', 'No licence.')).toEqual(submission)
    expect(await mothership.publishers.create(creation)).toEqual(created)
    expect(await mothership.usage.report(report)).toEqual({ accepted: 1, source: 'mothership' })
    expect(await mothership.usage.summary()).toEqual({ ...list, items: [] })
    expect(await mothership.submissions.get('sub-1')).toEqual(submission)
    expect(sent).toEqual([{}, { note: 'No licence.' }, creation, report])
  })
})

async function readText(request: IncomingMessage): Promise<string> {
  return (await readBytes(request)).toString()
}

async function readForm(request: IncomingMessage): Promise<FormData> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  const body = Uint8Array.from(await readBytes(request))
  return new Response(body, { headers }).formData()
}

async function readBytes(request: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer) // without an encoding, parts are buffers
  return Buffer.concat(parts)
}

function partOf(form: FormData | undefined, name: string): Blob {
  const part = form?.get(name)
  if (part instanceof Blob) return part
  throw new Error(`the form has no file part ${name}`)
}

function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
