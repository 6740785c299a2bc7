import { kinds, pluralOfKind } from '@mothership/manifest'
import type { Hono } from 'hono'
import type { Environment } from './environment.ts'

/**
 * Paths of the sources that answer beside the canonical ones. `/api/v1/marketplace/skills` is the list itself, in the
 * very answer of `items.list`.
 */
export function mountAliases(app: Hono<Environment>): void {
  for (const kind of kinds) {
    const base = `/api/v1/marketplace/${pluralOfKind(kind)}`
    app.get(base, (c) => {
      const url = new URL(c.req.url)
      url.pathname = `${base}/items`
      return app.fetch(new Request(url, c.req.raw), c.env)
    })
  }
}
