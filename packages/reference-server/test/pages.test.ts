import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { operationList } from '@mothership/client/contract'
import { type Author, registerAuthor, release } from './support/author.ts'
import { createTestApp, type TestApp } from './support/test-app.ts'

describe('pages and documents', () => {
  let app: TestApp
  let ada: Author
  const attack = '<script>alert(1)</script><img src=x onerror=alert(2)>"\'&'

  beforeAll(async () => {
    app = await createTestApp()
    ada = await registerAuthor(app, 'ada')
    await release(app, ada)
    await release(app, ada, {
      slug: 'ada.hostile',
      name: attack,
      description: attack,
      long_description: attack,
      license: attack,
      metadata: { category: attack.slice(0, 60), tags: [attack.slice(0, 60)], use_cases: [attack] },
    })
  })
  afterAll(() => app[Symbol.asyncDispose]())

  async function page(path: string, status = 200): Promise<string> {
    const response = await app.request(path)
    expect(response.status).toBe(status)
    expect(response.headers.get('content-type')).toMatch(/^text\/html/)
    const html = await response.text()
    expect(html).toMatch(/^<!doctype html><html lang="en">/)
    return html
  }

  it('[C12] shows a tab for every kind, a search form, an order, and cards that link to items', async () => {
    const html = await page('/?kind=skills')
    expect(html.match(/href="\/\?kind=/g)).toHaveLength(9)
    expect(html).toContain('type="search"')
    expect(html).toContain('<select name="sort">')
    expect(html).toContain('href="/items/skills/ada.word-count"')
    expect(await page('/?kind=skills&search=word&sort=')).toContain('ada.word-count')
    expect(await page('/?kind=skills&search=nothing-here')).toContain('Nothing here')
    expect(await page('/?kind=skills&page=zero&limit=100000')).toContain('ada.word-count')
  })

  it('[C12] shows an item with its permissions explained, its files and its digests', async () => {
    const html = await page('/items/skills/ada.word-count')
    for (const text of [
      'Permissions',
      'It asks for none',
      'SKILL.md',
      'Package SHA-256',
      '1.0.0',
    ]) {
      expect(html).toContain(text)
    }
  })

  it('[C12] tells how to fetch the package from the origin the page came from', async () => {
    const html = await page('https://mothership.example/items/skills/ada.word-count')
    expect(html).toContain(
      'curl -OJ &quot;https://mothership.example/api/v1/marketplace/releases/skills/ada.word-count/1.0.0/package&quot;',
    )
  })

  it('answers a link that leads nowhere with a page', async () => {
    expect(await page('/items/skills/ada.none', 404)).toContain('Not here')
    expect(await page('/?kind=nonsense', 404)).toContain('Not here')
  })

  it('[TS15] shows what packages say as text, never as markup', async () => {
    for (const path of [
      '/?kind=skills',
      '/items/skills/ada.hostile',
      `/?kind=skills&search=${encodeURIComponent(attack)}`,
      `/?kind=${encodeURIComponent(attack)}`,
    ]) {
      const html = await (await app.request(path)).text()
      expect(html).not.toMatch(/<script|<img|onerror=alert\(2\)>/)
    }
  })

  it('[TS15] lets pages run no script and load nothing from elsewhere', async () => {
    for (const path of ['/', '/items/skills/ada.word-count', '/api/v1/marketplace/categories']) {
      const csp = (await app.request(path)).headers.get('content-security-policy') ?? ''
      expect(csp).toContain("default-src 'none'")
      expect(csp).not.toContain('script-src')
      expect(csp).not.toContain('unsafe')
    }
    const html = await page('/')
    const loads = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, url]) => url ?? '')
    expect(loads.filter((url) => /^(?:https?:)?\/\//.test(url))).toEqual([])
    const css = loads.find((url) => url.startsWith('/assets/'))
    expect((await app.request(css ?? '')).headers.get('content-type')).toContain('text/css')
  })

  it('describes every operation in an OpenAPI document', async () => {
    const document = (await (await app.request('/openapi.json')).json()) as {
      openapi: string
      paths: Record<string, Record<string, { operationId: string; responses: object }>>
    }
    expect(document.openapi).toBe('3.1.0')
    for (const { id, path, method, answers } of operationList) {
      const described = document.paths[path]?.[method.toLowerCase()]
      expect(described?.operationId).toBe(id)
      expect(Object.keys(described?.responses ?? {})).toEqual(
        expect.arrayContaining(Object.keys(answers)),
      )
    }
    expect(JSON.stringify(document)).not.toContain('"$schema"')
  })

  it('serves the API reference with its script, all from here', async () => {
    const response = await app.request('/docs')
    const html = await response.text()
    const csp = response.headers.get('content-security-policy') ?? ''
    const [, nonce = ''] = /script-src 'nonce-([^']+)'/.exec(csp) ?? []
    expect(nonce.length).toBeGreaterThan(15)
    const scripts = [...html.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes)
    expect(scripts.length).toBeGreaterThan(0)
    for (const attributes of scripts) expect(attributes).toContain(`nonce="${nonce}"`)
    expect(html).not.toMatch(/https?:\/\//)
    const [, path = ''] = /src="([^"]+)"/.exec(html) ?? []
    const script = await app.request(path)
    expect(script.status).toBe(200)
    expect((await script.text()).length).toBeGreaterThan(500_000)
  })
})
