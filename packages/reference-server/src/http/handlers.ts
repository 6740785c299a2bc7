import { RequestError } from '../errors.ts'
import type { Actor } from '../features/audit/service.ts'
import { kindOfCategory } from '../features/catalog/service.ts'
import type { Caller } from '../features/credentials/caller.ts'
import type { Services } from '../features/services.ts'
import type { Call, Handlers } from './route.ts'
import type { OperationId } from '@mothership/client/contract'

/** Which feature answers which operation: one line of translation each, no rules of its own. */
export function createHandlers(services: Services): Handlers {
  const { catalog, categories, downloads, health, moderation, publishers, submissions, usage } =
    services
  return {
    health: async () => ok(await health.check()),
    'categories.list': async () => ok(await categories.list()),

    'items.list': async ({ params, query }) =>
      ok(await catalog.list(kindOfCategory(params.category), query)),
    'items.get': async ({ params }) =>
      ok(await catalog.get(kindOfCategory(params.category), params.slug)),
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

    'moderation.queue': async ({ query }) => ok(await moderation.queue(query)),
    'moderation.approve': async (call) =>
      ok(await moderation.approve(call.params.id, call.body.note, actorOf(call))),
    'moderation.reject': async (call) =>
      ok(await moderation.reject(call.params.id, call.body.note, actorOf(call))),

    'publishers.create': async (call) => ({
      status: 201,
      body: await publishers.create(call.body, actorOf(call)),
    }),
    'publishers.keys.add': async (call) => ({
      status: 201,
      body: await publishers.addKey(call.params.author_id, call.body, call.caller, actorOf(call)),
    }),
    'publishers.keys.list': async ({ params }) =>
      ok({ keys: await publishers.keys(params.author_id) }),

    'usage.report': async ({ body }) => ok(await usage.report(body)),
    'usage.summary': async ({ query }) => ok(await usage.summary(query)),
  }
}

function ok<Body>(body: Body): { readonly status: 200; readonly body: Body } {
  return { status: 200, body }
}

function actorOf({ caller, requestId }: Call<OperationId>): Actor {
  return { role: caller.role, id: caller.access_key_id ?? 'anonymous', request_id: requestId }
}

/** Keys of publishers carry their author; one without would be of nobody's. */
function authorOf(caller: Caller): string {
  if (caller.author_id === null) {
    throw new RequestError('forbidden', 'This key belongs to no publisher, so it cannot submit.')
  }
  return caller.author_id
}
