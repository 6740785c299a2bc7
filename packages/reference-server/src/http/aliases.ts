import type { Context, Hono } from 'hono'
import type { Environment } from './environment.ts'
import { routePattern } from './route.ts'
import { type SourcePath, sourcePaths } from './source-paths.ts'

/**
 * Serves the paths of the sources beside the canonical ones, which come first: whatever they answer was answered by an
 * operation of the contract, with its rule.
 */
export function mountAliases(
  app: Hono<Environment>,
  served: readonly SourcePath[] = sourcePaths,
): void {
  for (const source of served) {
    app.on(source.method, routePattern(source.path), async (c) => {
      const url = new URL(c.req.url)
      url.pathname = fill(source.to, c.req.param())
      if (source.answer === 'redirect') {
        return c.redirect(`${url.pathname}${url.search}`, source.method === 'GET' ? 301 : 308)
      }
      return reshape(c, source, await app.fetch(requestTo(url, source, c.req.raw), c.env))
    })
  }
}

/** The parameters of a path in another one; encoded, so that none becomes more than a segment. */
function fill(path: string, params: Readonly<Record<string, string>>): string {
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''))
}

function requestTo(url: URL, { as }: SourcePath, raw: Request): Request {
  const { method, headers, body, signal } = raw
  const carries = body !== null && method !== 'GET' && method !== 'HEAD'
  return new Request(url, {
    method: as ?? method,
    headers,
    signal,
    ...(carries ? { body, duplex: 'half' as const } : {}),
  })
}

async function reshape(
  c: Context<Environment>,
  { answer, path }: SourcePath,
  response: Response,
): Promise<Response> {
  if (response.status !== 200 || answer === 'same') return response
  if (answer === 'no_content') {
    await response.body?.cancel()
    return c.body(null, 204)
  }
  const body: unknown = await response.json()
  const text = JSON.stringify(
    answer === 'queue' ? withModerationStatus(body) : underName(body, path.split('/').at(-1) ?? ''),
  )
  const headers = new Headers(response.headers)
  headers.delete('content-length')
  return new Response(text, { status: 200, headers })
}

/** The first source's page: the items under the name of their kind. */
function underName(body: unknown, name: string): unknown {
  const { items, ...rest } = Object(body)
  return { [name]: items, ...rest }
}

/** The moderation source's word for where a submission stands. */
function withModerationStatus(body: unknown): unknown {
  const { submissions, ...rest } = Object(body)
  return {
    submissions: [...submissions].map((submission: { status: string }) => ({
      ...submission,
      moderation_status: submission.status === 'approved' ? 'published' : submission.status,
    })),
    ...rest,
  }
}
