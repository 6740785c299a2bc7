import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operationList, type Submission } from '@mothership/client/contract'
import { type SourcePath, sourcePaths } from '../src/http/source-paths.ts'
import { databaseEngines } from '../src/testing/test-database.ts'
import {
  answer,
  type Author,
  registerAuthor,
  release,
  signSkill,
  submit,
} from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe.each(await databaseEngines())('paths of the sources on $name', (engine) => {
  let app: TestApp
  let ada: Author
  let satellite: string

  beforeAll(async () => {
    app = await createTestApp(engine)
    ada = await registerAuthor(app, 'ada')
    await release(app, ada)
    const made = await app.deps.db.transaction((tx) =>
      app.services.credentials.create(
        tx,
        { role: 'satellite', name: 'a host' },
        { role: 'server', id: 'test' },
      ),
    )
    satellite = made.key
  })
  afterAll(() => app[Symbol.asyncDispose]())

  const statuses: Readonly<Record<SourcePath['answer'], (path: SourcePath) => number>> = {
    redirect: ({ method }) => (method === 'GET' ? 301 : 308),
    same: ({ path }) => (path.endsWith('/items') ? 415 : path.includes('/skills/') ? 200 : 404),
    list: () => 200,
    queue: () => 200,
    no_content: () => 204,
  }

  let versions = 0
  async function pending(): Promise<string> {
    versions += 1
    const signed = await signSkill(ada, { version: `5.${versions}.0` })
    return (await answer<Submission>(await submit(app, ada.accessKey, signed), 201)).id
  }

  it('[C9] answer each as its row of the table says, and redirects lead to an operation', async () => {
    for (const row of sourcePaths) {
      const id = row.path.includes('{id}') ? await pending() : ''
      const path = row.path.replace('{slug}', 'ada.word-count').replace('{id}', id)
      const headers: Record<string, string> = row.path.startsWith('/cp')
        ? { 'X-API-Key': app.operatorKey }
        : row.path.endsWith('/items')
          ? { 'X-API-Key': ada.accessKey }
          : row.method === 'POST'
            ? { 'X-API-Token': satellite }
            : {}
      const json = row.path.endsWith('/rate') ? { rating: 4 } : { note: 'As the source says.' }
      const given = row.method === 'GET' ? {} : { json }
      const response = await app.request(path, { method: row.method, headers, ...given })
      const name = `${row.method} ${row.path}`
      expect(response.status, name).toBe(statuses[row.answer](row))
      if (row.answer === 'redirect') {
        const to = row.to.replace('{slug}', 'ada.word-count')
        expect(response.headers.get('location'), name).toBe(to)
        expect(isServed(row.method, row.to), name).toBe(true)
      }
      if (row.answer === 'no_content') expect(await response.text(), name).toBe('')
    }
  })

  function isServed(method: string, path: string): boolean {
    const shape = (text: string): string =>
      text.replace(/^(\/api\/v1\/marketplace)\/[a-z]+\/items/, '$1/{category}/items')
    return (
      operationList.some(
        (operation) => operation.method === method && operation.path === shape(path),
      ) || sourcePaths.some((source) => source.method === method && source.path === path)
    )
  }

  it('[A1] list each kind under its own name, filtered as asked', async () => {
    const skills = await app.request('/api/v1/marketplace/skills?category=writing')
    expect(await skills.json()).toMatchObject({
      skills: [{ slug: 'ada.word-count' }],
      total: 1,
      page: 1,
      page_size: 20,
    })
    const components = await app.request('/api/v1/marketplace/components/components?page=1')
    expect(await components.json()).toEqual({ components: [], total: 0, page: 1, page_size: 20 })
    expect((await app.request('/api/v1/marketplace/skills?sort=worst')).status).toBe(400)
  })

  it('[C9] keep the query when they redirect, and never lead to another server', async () => {
    const moved = await app.request(
      '/api/v1/marketplace/skills/ada.word-count/content?version=1.0.0',
    )
    const location = moved.headers.get('location') ?? ''
    expect(location).toBe('/api/v1/marketplace/skills/items/ada.word-count/content?version=1.0.0')
    expect((await app.request(location)).status).toBe(200)
    for (const slug of [
      '%2F%2Fevil.example',
      '%5C%5Cevil.example',
      '..%2F..%2Fadmin',
      '%0d%0aX-A:b',
    ]) {
      const answered = await app.request(`/api/v1/marketplace/skills/${slug}`)
      const to = new URL(answered.headers.get('location') ?? '/', 'http://localhost')
      expect(to.host, slug).toBe('localhost')
      expect(to.pathname, slug).toMatch(/^\/api\/v1\/marketplace\/skills\/items\/[^/]+$/)
    }
  })

  it('[C6] approve at the control plane’s path, where approved is published', async () => {
    const cp = '/cp/api/v1/admin/marketplace/queue'
    const id = await pending()
    expect((await app.request(`${cp}/${id}/approve`, { json: {} })).status).toBe(401)
    const key = app.operatorKey
    expect((await app.request(`${cp}/${id}/reject`, { key, json: {} })).status).toBe(400)
    expect((await app.request(`${cp}/${id}/flag`, { key, method: 'POST' })).status).toBe(204)
    expect((await app.request(`${cp}/${id}/approve`, { key, json: { note: 'ok' } })).status).toBe(
      204,
    )
    expect((await app.request(`${cp}/${id}/approve`, { key, json: {} })).status).toBe(409)
    const list = await app.request(`${cp}?status=approved&limit=100`, { key })
    const { submissions } = await answer<{ submissions: object[] }>(list, 200)
    expect(submissions).toContainEqual(
      expect.objectContaining({ id, status: 'approved', moderation_status: 'published' }),
    )
  })

  it('[C9] take a submission at its category’s path', async () => {
    const { manifest, bytes } = await signSkill(ada, { version: '7.7.7' })
    const form = new FormData()
    form.append('manifest', new Blob([JSON.stringify(manifest)]), 'manifest.json')
    form.append('package', new Blob([bytes]), 'package.tar.gz')
    const path = '/api/v1/marketplace/skills/items'
    const sent = await app.request(path, { key: ada.accessKey, body: form })
    expect(await answer<Submission>(sent, 201)).toMatchObject({ version: '7.7.7' })
  })
})
