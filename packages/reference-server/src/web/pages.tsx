import { itemListQuerySchema, readQuery } from '@mothership/client/contract'
import type { Context, Hono } from 'hono'
import { html } from 'hono/html'
import type { Child } from 'hono/jsx'
import { RequestError } from '../errors.ts'
import { kindOfCategory } from '../features/catalog/service.ts'
import type { Services } from '../features/services.ts'
import type { Environment } from '../http/environment.ts'
import { BrowsePage } from './browse-page.tsx'
import { ItemPage } from './item-page.tsx'
import { MissingPage } from './missing-page.tsx'
import { stylesheet, stylesheetPath } from './stylesheet.ts'

/** Serves the pages, written on the server; they use the services as the API does. */
export function mountPages(app: Hono<Environment>, { catalog, categories }: Services): void {
  app.get(stylesheetPath, (c) =>
    c.body(stylesheet, 200, {
      'content-type': 'text/css; charset=utf-8',
      'cache-control': 'public, max-age=31536000, immutable',
    }),
  )

  app.get('/', (c) =>
    orMissing(c, async () => {
      const { kind: category = 'plugins', ...rest } = readQuery(new URL(c.req.url).searchParams)
      // An old or mistyped link shows the first page of everything rather than an error.
      const asked = itemListQuerySchema.safeParse(withoutEmpty(rest))
      const query = asked.success ? asked.data : itemListQuerySchema.parse({})
      const kind = kindOfCategory(String(category))
      const list = await catalog.list(kind, query)
      const { categories: all } = await categories.list()
      return answerPage(
        c,
        <BrowsePage categories={all} category={String(category)} query={query} list={list} />,
      )
    }),
  )

  app.get('/items/:category/:slug', (c) =>
    orMissing(c, async () => {
      const kind = kindOfCategory(c.req.param('category') ?? '')
      const slug = c.req.param('slug') ?? ''
      const item = await catalog.get(kind, slug)
      const release = await catalog.release(kind, slug, item.version)
      const { versions } = await catalog.versions(kind, slug)
      const packageUrl = new URL(release.package_url, c.req.url).href
      return answerPage(
        c,
        <ItemPage item={item} release={release} versions={versions} packageUrl={packageUrl} />,
      )
    }),
  )
}

/** A form sends its empty fields too. NUL is no text of PostgreSQL's. */
function withoutEmpty(query: ReturnType<typeof readQuery>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(query).filter(
      ([, value]) => value !== '' && ![value].flat().some((text) => text.includes('\0')),
    ),
  )
}

async function orMissing(
  c: Context<Environment>,
  page: () => Response | Promise<Response>,
): Promise<Response> {
  try {
    return await page()
  } catch (error) {
    if (!(error instanceof RequestError) || error.code !== 'not_found') throw error
    return answerPage(c, <MissingPage detail={error.message} />, 404)
  }
}

/** A page with its document type, without which a browser lays it out as one of 1998. */
function answerPage(
  c: Context<Environment>,
  page: Child,
  status: 200 | 404 = 200,
): Response | Promise<Response> {
  return c.html(html`<!doctype html>${page}`, status)
}
