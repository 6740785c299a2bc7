import type { ManifestIssue } from '../errors.ts'
import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import type { KindDefinition } from '../kinds/kind-definition.ts'
import { containerForms } from '../permissions/grammar-by-kind.ts'
import { isPermission, parsePermission } from '../permissions/permission.ts'

/** The rules a schema cannot say, because they look at more than one field. */
export function crossFieldIssues(value: JsonObject, definition: KindDefinition): ManifestIssue[] {
  return [
    ...permissionIssues(value, definition),
    ...(definition.kind === 'agent' ? agentIssues(value) : []),
    ...(definition.kind === 'app' ? appIssues(value) : []),
  ]
}

/** The pattern of the schema bounds the form; numbers in it are bounded here. */
function permissionIssues(value: JsonObject, definition: KindDefinition): ManifestIssue[] {
  const bounded = definition.permissions.filter((form) => form.accepts !== undefined)
  if (bounded.length === 0) return []
  const prefixes = bounded.map((form) => form.syntax.split(/[:[]/, 1)[0] ?? '')
  return permissionsOf(value).flatMap((permission, index) =>
    prefixes.some((prefix) => permission.startsWith(prefix)) &&
    !isPermission(definition.permissions, permission)
      ? [issue(`permissions.${index}`, 'a permission within its bounds', permission)]
      : [],
  )
}

/** An agent may ask for what containers have only when it has the container form. */
function agentIssues(value: JsonObject): ManifestIssue[] {
  const content = value['content']
  if (isJsonObject(content) && content['container'] !== undefined) return []
  return permissionsOf(value).flatMap((permission, index) =>
    isPermission('agent', permission) &&
    containerForms.includes(parsePermission('agent', permission).form)
      ? [
          issue(
            `permissions.${index}`,
            'content.container beside container permissions',
            permission,
          ),
        ]
      : [],
  )
}

/** An app is an image, several services, or a compose file. */
function appIssues(value: JsonObject): ManifestIssue[] {
  const content = isJsonObject(value['content']) ? value['content'] : {}
  const forms = ['image', 'services', 'compose'].filter((form) => content[form] !== undefined)
  return forms.length === 1
    ? []
    : [issue('content', 'exactly one of image, services, compose', forms.join(' and ') || 'none')]
}

function permissionsOf(value: JsonObject): string[] {
  const permissions = value['permissions']
  return Array.isArray(permissions)
    ? permissions.filter((permission) => typeof permission === 'string')
    : []
}

function issue(path: string, expected: string, received: string): ManifestIssue {
  const shown = received.length > 80 ? `${received.slice(0, 80)}…` : received
  return { path, expected, received: shown, message: `expected ${expected}, got ${shown}` }
}
