import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { Scalar } from '@scalar/hono-api-reference'
import type { Hono } from 'hono'
import { problems } from '@mothership/client/contract'
import type { ServerIdentity } from '../ports/deps.ts'
import { RequestError } from '../errors.ts'
import type { Environment } from './environment.ts'
import { openApiDocument } from './openapi.ts'
import { referenceScript } from './reference-script.ts'
import { referencePath } from './security-headers.ts'

/** Serves `/openapi.json`, the reference page at `/docs` with its script, and what each problem's `type` points at. */
export function mountDocuments(app: Hono<Environment>, identity: ServerIdentity): void {
  let document: string | undefined
  app.get('/openapi.json', (c) => {
    document ??= JSON.stringify(openApiDocument(identity))
    return c.body(document, 200, {
      'content-type': 'application/json',
      'cache-control': 'no-cache',
    })
  })

  app.get(
    referencePath,
    Scalar<Environment>((c) => ({
      url: '/openapi.json',
      cdn: scriptPath,
      nonce: c.get('secureHeadersNonce') ?? '',
      pageTitle: 'Mothership API',
      // Everything comes from this server: no fonts, no proxy, no assistant, no measuring.
      withDefaultFonts: false,
      telemetry: false,
      agent: { disabled: true },
      mcp: { disabled: true },
      hideClientButton: true,
      showDeveloperTools: 'never',
    })),
  )
  app.get(scriptPath, async (c) => {
    const script = await readFile(referenceScript())
    const etag = `"${createHash('sha256').update(script).digest('base64url')}"`
    const headers = { etag, 'cache-control': 'no-cache', 'content-type': 'text/javascript' }
    if (c.req.header('if-none-match') === etag) return c.body(null, 304, headers)
    return c.body(script, 200, headers)
  })

  app.get('/docs/problems/:code', (c) => {
    const code = c.req.param('code')
    const known = Object.entries(problems).find(([name]) => name === code)
    if (known === undefined) {
      throw new RequestError('not_found', 'There is no problem of this code.')
    }
    const [name, { status, title }] = known
    return c.text(`${name} (${status})\n\n${title}.\n`)
  })
}

const scriptPath = '/docs/reference.js'
