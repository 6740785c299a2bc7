import { RequestError } from '../errors.ts'
import type { Actor } from '../features/audit/service.ts'
import { kindOfCategory } from '../features/catalog/service.ts'
import type { Caller } from '../features/credentials/caller.ts'
import type { By, ReleaseName } from '../features/releases/service.ts'
import type { Services } from '../features/services.ts'
import type { Call, Handlers } from './route.ts'
import type { ItemVersionParams, OperationId } from '@mothership/client/contract'

/** Which feature answers which operation: one line of translation each, no rules of its own. */
export function createHandlers(services: Services): Handlers {
  const { accounts, catalog, categories, content, downloads, health, moderation } = services
  const { publishers, releases, reviews, submissions, tokens, usage } = services
  return {
    health: async () => ok(await health.check()),
    'categories.list': async () => ok(await categories.list()),

    'topics.list': async () => ok(await categories.topics()),

    'items.list': async ({ params, query }) => {
      const kind = kindOfCategory(params.category)
      // The tag first: an answer that is newer than its tag is asked for once more, an older one would be kept.
      const etag = `"${await catalog.tag(kind, query)}"`
      return { ...ok(await catalog.list(kind, query)), headers: { etag } }
    },
    'items.facets': async ({ params, query }) => {
      const kind = kindOfCategory(params.category)
      const etag = `"${await catalog.tag(kind, ['facets', query])}"`
      return { ...ok(await catalog.facets(kind, query)), headers: { etag } }
    },
    'items.get': async ({ params }) =>
      ok(await catalog.get(kindOfCategory(params.category), params.slug)),
    'items.content': async ({ params, query }) =>
      ok(await content.read(kindOfCategory(params.category), params.slug, query.version)),
    'items.install': async ({ params, body, caller }) =>
      ok(await reviews.install(kindOfCategory(params.category), params.slug, body, caller)),
    'items.uninstall': async ({ params, caller }) =>
      ok(await reviews.uninstall(kindOfCategory(params.category), params.slug, caller)),

    'reviews.list': async ({ params, query }) =>
      ok(await reviews.list(kindOfCategory(params.category), params.slug, query)),
    'reviews.rate': async ({ params, body, caller }) =>
      ok(await reviews.rate(kindOfCategory(params.category), params.slug, body, caller)),
    'reviews.remove': async ({ params, caller }) =>
      ok(await reviews.remove(kindOfCategory(params.category), params.slug, caller)),

    'items.versions': async ({ params }) =>
      ok(await catalog.versions(kindOfCategory(params.category), params.slug)),
    'items.release': async ({ params }) =>
      ok(await catalog.release(kindOfCategory(params.category), params.slug, params.version)),

    'releases.download': async ({ params, headers, headOnly, caller, signal }) =>
      downloads.open({
        kind: kindOfCategory(params.category),
        slug: params.slug,
        version: params.version,
        headers,
        headOnly,
        caller,
        signal,
      }),

    'releases.yank': async (call) =>
      ok(await releases.yank(releaseOf(call.params), call.body.reason, byOf(call))),
    'releases.deprecate': async (call) =>
      ok(await releases.deprecate(releaseOf(call.params), call.body.reason, byOf(call))),
    'releases.restore': async (call) =>
      ok(await releases.restore(releaseOf(call.params), byOf(call))),
    'releases.keys': async () => ok(await releases.keys()),
    'revocations.get': async () => ok(await releases.revocations()),

    'submissions.create': async (call) => {
      const manifest = call.parts?.texts.get('manifest')
      const held = call.parts?.files.get('package')
      if (manifest === undefined || held === undefined) {
        throw new TypeError('the parts of submissions.create differ from the contract')
      }
      const submission = await submissions.submit(
        {
          manifest: manifest.text,
          packagePath: held.path,
          author_id: authorOf(call.caller),
          signal: call.signal,
        },
        actorOf(call),
      )
      return {
        status: 201,
        body: submission,
        headers: { location: `/api/v1/submissions/${submission.id}` },
      }
    },
    'submissions.get': async ({ params, caller }) => ok(await submissions.get(params.id, caller)),
    'submissions.list': async ({ query, caller }) =>
      ok(await submissions.list(authorOf(caller), query)),
    'submissions.update': async (call) =>
      ok(await submissions.edit(call.params.id, call.body, call.caller, actorOf(call))),
    'submissions.withdraw': async (call) =>
      ok(await submissions.withdraw(call.params.id, call.caller, actorOf(call))),

    'moderation.queue': async ({ query }) => ok(await moderation.queue(query)),
    'moderation.approve': async (call) =>
      ok(await moderation.approve(call.params.id, call.body, actorOf(call))),
    'moderation.reject': async (call) =>
      ok(await moderation.reject(call.params.id, call.body, actorOf(call))),
    'moderation.flag': async (call) =>
      ok(await moderation.flag(call.params.id, call.body, actorOf(call))),
    'moderation.scan': async (call) => ok(await moderation.scan(call.params.id, actorOf(call))),
    'moderation.bulk': async (call) => ok(await moderation.decideAll(call.body, actorOf(call))),

    'publishers.create': async (call) => ({
      status: 201,
      body: await publishers.create(call.body, actorOf(call)),
    }),
    'publishers.keys.add': async (call) => ({
      status: 201,
      body: await publishers.addKey(call.params.author_id, call.body, call.caller, actorOf(call)),
    }),
    'publishers.keys.revoke': async (call) =>
      ok(await releases.revokeKey(call.params, call.body, byOf(call))),
    'publishers.keys.list': async ({ params }) =>
      ok({ keys: await publishers.keys(params.author_id) }),

    'usage.report': async ({ body }) => ok(await usage.report(body)),
    'usage.summary': async ({ query }) => ok(await usage.summary(query)),

    'account.get': async ({ caller }) => ok(await accounts.whoami(caller)),
    'accounts.setup': async (call) => ({
      status: 201,
      body: await accounts.setUp(call.body, actorOf(call)),
    }),
    'accounts.list': async ({ query }) => ok(await accounts.list(query)),
    'accounts.update': async (call) =>
      ok(await accounts.update(call.params.id, call.body, actorOf(call))),

    'tokens.list': async ({ caller }) => ok(await tokens.list(caller)),
    'tokens.create': async (call) => ({
      status: 201,
      body: await tokens.create(call.body, call.caller, actorOf(call)),
    }),
    'tokens.rotate': async (call) => ({
      status: 201,
      body: await tokens.rotate(call.params.id, call.body, call.caller, actorOf(call)),
    }),
    'tokens.revoke': async (call) =>
      ok(await tokens.revoke(call.params.id, call.caller, actorOf(call))),
  }
}

function ok<Body>(body: Body): { readonly status: 200; readonly body: Body } {
  return { status: 200, body }
}

function actorOf({ caller, requestId, address }: Call<OperationId>): Actor {
  const id = caller.account_id ?? caller.access_key_id ?? 'anonymous'
  return { role: caller.role, id, request_id: requestId, address }
}

function byOf(call: Call<OperationId>): By {
  return { caller: call.caller, actor: actorOf(call) }
}

function releaseOf({ category, slug, version }: ItemVersionParams): ReleaseName {
  return { kind: kindOfCategory(category), slug, version }
}

/** Keys of publishers carry their author; one without would be of nobody's. */
function authorOf(caller: Caller): string {
  if (caller.author_id === null) {
    throw new RequestError('forbidden', 'This key belongs to no publisher, so it cannot submit.')
  }
  return caller.author_id
}
