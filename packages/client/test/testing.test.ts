import { createKeyring, verifyManifest } from '@mothership/manifest'
import { readArchive } from '@mothership/manifest/archive'
import { setupServer } from 'msw/node'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { createMothership } from '@mothership/client'
import { type AnyOperation, type MultipartBody, operationList } from '@mothership/client/contract'
import { createMothershipHandlers, type MothershipFault } from '@mothership/client/testing'
import { sampleOf } from '../src/testing/sample-value.ts'

const shop = createMothershipHandlers({ credentials: ['mst_0123456789abcdef0123'], slowMs: 200 })
const server = setupServer(...shop.handlers)
beforeAll(() => server.listen({ onUnhandledFrame: 'error' }))
afterEach(() => shop.recover())
afterAll(() => server.close())

const token = 'mst_0123456789abcdef0123'
const open = () =>
  createMothership({ env: {}, url: shop.url, token, retries: 0, cacheBytes: 0, strict: true })

describe('the handlers for tests', () => {
  it.each(operationList.map((operation) => [operation.id, operation] as const))(
    'answer %s as the contract says',
    async (id, operation) => {
      const [declared] = Object.values(operation.answers)
      if (declared?.type !== 'json') return // packages have tests of their own
      const answer = await open().call(id as 'health', inputFor(operation))
      expect(declared.schema.safeParse(answer).success).toBe(true)
    },
  )

  it('list, search and page through the same items for the same seed', async () => {
    const again = createMothershipHandlers()
    expect(again.items).toEqual(shop.items)
    expect(createMothershipHandlers({ seed: 2 }).items).not.toEqual(shop.items)
    const { skills } = open()
    const slugs: string[] = []
    for await (const { slug } of skills.iterate({ limit: 10 })) slugs.push(slug)
    expect(slugs.sort()).toEqual(
      shop.items.flatMap(({ kind, slug }) => (kind === 'skill' ? [slug] : [])).sort(),
    )
    const [wanted] = shop.items
    const found = await open().apps.list({ search: wanted?.slug ?? '' })
    expect(found.items.map(({ slug }) => slug)).toContain(wanted?.slug)
    expect(await open().apps.list({ search: 'nothing like it' })).toMatchObject({ total: 0 })
  })

  it('serve packages of every kind that verify, unpack and have the digests they say', async () => {
    const { releases } = open()
    for (const { kind, slug, version } of shop.items.filter((_, index) => index % 25 === 0)) {
      const release = await releases.resolve({ kind, slug })
      expect(verifyManifest(release.manifest, createKeyring(release.keys))).toMatchObject({
        valid: true,
        manifest_sha256: release.manifest_sha256,
      })
      const parts: Uint8Array[] = []
      for await (const part of releases.download({ kind, slug, version })) parts.push(part)
      const reading = await readArchive(Buffer.concat(parts))
      expect(reading.tree_sha256).toBe(release.tree_sha256)
      expect(reading.package_sha256).toBe(release.package_sha256)
    }
  })

  it.each<[MothershipFault, string]>([
    ['down', 'unreachable'],
    ['slow', 'timeout'],
    ['unauthenticated', 'invalid_credential'],
    ['rate_limited', 'rate_limited'],
    ['unavailable', 'unavailable'],
    ['truncated', 'invalid_answer'],
    ['invalid_answer', 'invalid_answer'],
  ])('fail as they are told: %s', async (fault, code) => {
    shop.fail(fault)
    await expect(open().skills.list({}, { timeoutMs: 100 })).rejects.toMatchObject({ code })
    shop.recover()
    expect(await open().skills.list()).toMatchObject({ total: 25 })
  })

  it.each<[MothershipFault, string]>([
    ['wrong_etag', 'package_mismatch'],
    ['bad_digest', 'package_mismatch'],
    ['truncated', 'interrupted'],
  ])('spoil packages as they are told: %s', async (fault, code) => {
    const item = shop.items.find(({ kind }) => kind === 'skill')
    if (item === undefined) throw new Error('there is no skill')
    const { slug, version } = item
    shop.fail(fault, 'releases.download')
    const { releases } = open()
    const { package_sha256, package_size } = await releases.resolve({ kind: 'skill', slug })
    const read = async () => {
      let length = 0
      const wanted = { kind: 'skill', slug, version, package_sha256, package_size } as const
      for await (const part of releases.download(wanted)) length += part.length
      return length
    }
    await expect(read()).rejects.toMatchObject({ code })
  })

  it('know their credentials', async () => {
    const other = { env: {}, url: shop.url, retries: 0, strict: true } as const
    const unknown = createMothership({ ...other, token: 'mst_unknown_0123456789' })
    await expect(unknown.skills.list()).rejects.toMatchObject({ code: 'invalid_credential' })
    const nobody = createMothership(other)
    expect(await nobody.skills.list()).toMatchObject({ total: 25 })
    await expect(nobody.moderation.queue()).rejects.toMatchObject({ code: 'unauthenticated' })
  })

  it('confirm what did not change, and count a usage window once', async () => {
    const mothership = createMothership({ env: {}, url: shop.url, cacheTtlMs: 0 })
    const results: string[] = []
    mothership.on('event', (event) => event.type === 'cache' && results.push(event.result))
    await mothership.skills.list()
    await mothership.skills.list()
    expect(results).toEqual(['stored', 'confirmed'])
    const use = { kind: 'skill', slug: 'a.b', version: '1.0.0' } as const
    const events = [{ ...use, executions: 1, successes: 1, failures: 0 }]
    const report = { instance_id: 'i', window_id: 'w', events }
    expect(await mothership.usage.report(report)).toMatchObject({ accepted: 1 })
    expect(await mothership.usage.report(report)).toMatchObject({ accepted: 0 })
  })
})

/** What each operation of the contract needs at least, made from its schemas; of items, the first skill. */
function inputFor({ id, params, query, body }: AnyOperation): object {
  const { slug, version } = shop.items.find(({ kind }) => kind === 'skill') ?? {}
  const named = params === undefined ? {} : (sampleOf(params) as object)
  const skill = new Map<string, unknown>([
    ['category', 'skills'],
    ['slug', slug],
    ['version', version],
  ])
  const filled = Object.entries(named).map(([name, value]) => [name, skill.get(name) ?? value])
  return {
    params: params && Object.fromEntries(filled),
    query: query && (sampleOf(query) as object),
    ...(body?.type === 'json' ? { body: bodies[id] ?? sampleOf(body.schema) } : {}),
    ...(body?.type === 'multipart' ? { parts: partsFor(body) } : {}),
  }
}

/** Bodies with rules across fields, which a schema cannot tell. */
const bodies: Readonly<Record<string, unknown>> = {
  'usage.report': {
    instance_id: 'i-2',
    window_id: 'w-2',
    events: [
      { kind: 'skill', slug: 'a.b', version: '1.0.0', executions: 1, successes: 1, failures: 0 },
    ],
  },
}

function partsFor({ parts }: MultipartBody): object {
  return Object.fromEntries(
    Object.entries(parts as Record<string, { type: string }>).map(([name, { type }]) => [
      name,
      type === 'json' ? {} : new Uint8Array(1),
    ]),
  )
}
