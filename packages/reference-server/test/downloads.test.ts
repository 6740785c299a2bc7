import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ItemDetail } from '@mothership/client/contract'
import { downloads } from '../src/db/schema/downloads.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import { answer, registerAuthor, release, type SignedPackage } from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('downloads on $name', (engine) => {
  let app: TestApp
  let signed: SignedPackage
  const path = '/api/v1/marketplace/releases/skills/ada.word-count/1.0.0/package'

  beforeAll(async () => {
    app = await createTestApp(engine)
    signed = await release(app, await registerAuthor(app, 'ada'))
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function bytesOf(response: Response): Promise<Buffer> {
    return Buffer.from(await response.arrayBuffer())
  }

  async function count(): Promise<number> {
    const item = await app.request('/api/v1/marketplace/skills/items/ada.word-count')
    return (await answer<ItemDetail>(item, 200)).download_count
  }

  it('[F9] serves the package whose digest the manifest binds, as a file to keep', async () => {
    const response = await app.request(path)
    expect(response.status).toBe(200)
    const bytes = await bytesOf(response)
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(signed.manifest.package_sha256)
    const headers = Object.fromEntries(response.headers)
    expect(headers).toMatchObject({
      etag: `"${signed.manifest.package_sha256}"`,
      'accept-ranges': 'bytes',
      'content-length': String(signed.bytes.length),
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename="skills-ada.word-count-1.0.0.tar.gz"',
      'x-content-type-options': 'nosniff',
    })
  })

  it('[F9] resumes: a range is served while the tag is the same, the whole otherwise', async () => {
    const size = signed.bytes.length
    const etag = `"${signed.manifest.package_sha256}"`
    const whole = Buffer.from(signed.bytes)
    for (const [range, first, last] of [
      ['bytes=10-19', 10, 19],
      ['bytes=10-', 10, size - 1],
      ['bytes=-7', size - 7, size - 1],
      [`bytes=0-${size * 2}`, 0, size - 1],
    ] as const) {
      const part = await app.request(path, { headers: { Range: range, 'If-Range': etag } })
      expect(part.status, range).toBe(206)
      expect(part.headers.get('content-range')).toBe(`bytes ${first}-${last}/${size}`)
      expect(part.headers.get('content-length')).toBe(String(last - first + 1))
      expect((await bytesOf(part)).equals(whole.subarray(first, last + 1)), range).toBe(true)
    }
    for (const validator of ['"another"', `W/${etag}`, 'Fri, 20 Nov 2026 10:00:00 GMT']) {
      const headers = { Range: 'bytes=10-19', 'If-Range': validator }
      const full = await app.request(path, { headers })
      expect(full.status, validator).toBe(200)
      expect((await bytesOf(full)).length).toBe(size)
    }
  })

  it('[F9] refuses a range outside, telling the size, and several ranges at once', async () => {
    const size = signed.bytes.length
    for (const range of [`bytes=${size}-`, 'bytes=9-3', 'bytes=-0']) {
      const refused = await app.request(path, { headers: { Range: range } })
      expect(refused.status, range).toBe(416)
      expect(refused.headers.get('content-range')).toBe(`bytes */${size}`)
    }
    expect((await app.request(path, { headers: { Range: 'bytes=0-1,4-5' } })).status).toBe(400)
  })

  it('[F9] answers HEAD with the headers alone, and counts neither it nor a resumed part', async () => {
    const before = await count()
    const head = await app.request(path, { method: 'HEAD' })
    expect(head.status).toBe(200)
    expect(head.headers.get('content-length')).toBe(String(signed.bytes.length))
    expect(await head.text()).toBe('')
    await bytesOf(await app.request(path, { headers: { Range: 'bytes=10-' } }))
    expect(await count()).toBe(before)
    await bytesOf(await app.request(path))
    expect(await count()).toBe(before + 1)
  })

  it('[F9] records downloads without the key they came with', async () => {
    await bytesOf(await app.request(path, { key: app.operatorKey }))
    const rows = await app.deps.db.select().from(downloads)
    expect(rows.some(({ access_key_id }) => access_key_id !== null)).toBe(true)
    expect(JSON.stringify(rows)).not.toContain(app.operatorKey)
  })

  it('answers 404 for what was not released', async () => {
    expect((await app.request(path.replace('1.0.0', '1.0.1'))).status).toBe(404)
    expect((await app.request(path.replace('skills', 'plugins'))).status).toBe(404)
    expect((await app.request(path.replace('ada.word-count', '..%2f..'))).status).toBe(400)
  })
})
