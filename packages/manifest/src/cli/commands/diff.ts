import { isJsonObject, type JsonObject } from '../../json/json-value.ts'
import { isKind } from '../../kinds/kind.ts'
import { compareVersions } from '../../manifest/version.ts'
import { diffPermissions } from '../../permissions/permission.ts'
import { type Command, requiredArgument } from '../cli-io.ts'
import { readManifestFile, textField } from '../files.ts'

/** `diff`: what changed between two manifests, permissions first. */
export const diffCommand: Command = {
  name: 'diff',
  usage: 'mothership-manifest diff <old manifest> <new manifest>',
  summary: 'show what changed between two manifests, permissions first',
  options: {},
  async run(args, io) {
    const from = await readManifestFile(requiredArgument(args, 0, 'the old manifest'), io)
    const to = await readManifestFile(requiredArgument(args, 1, 'the new manifest'), io)
    const kind = isKind(to['kind']) ? to['kind'] : 'plugin'
    const permissions = diffPermissions(permissionsOf(from), permissionsOf(to), kind)
    const fields = changedFields(from, to)
    const needsConsent = permissions.added.length + permissions.widened.length > 0
    const order = compareVersions(textField(to, 'version'), textField(from, 'version'))
    return {
      exitCode: 0,
      data: { permissions, fields, needs_consent: needsConsent, downgrade: order < 0 },
      lines: [
        ...permissions.added.map((permission) => `+ ${permission}`),
        ...permissions.removed.map((permission) => `- ${permission}`),
        ...permissions.widened.map((change) => `> ${change.from} → ${change.to}`),
        ...permissions.narrowed.map((change) => `< ${change.from} → ${change.to}`),
        ...(needsConsent ? ['asks for more: needs new consent'] : ['asks for nothing more']),
        ...(order < 0 ? ['is an older version'] : []),
        ...fields.map((field) => `changed: ${field}`),
      ],
    }
  },
}

function permissionsOf(value: JsonObject): string[] {
  return Array.isArray(value['permissions']) ? value['permissions'].map(String) : []
}

function changedFields(from: JsonObject, to: JsonObject, prefix = ''): string[] {
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].sort()
  return keys.flatMap((key) => {
    const [left, right] = [from[key], to[key]]
    if (isJsonObject(left) && isJsonObject(right))
      return changedFields(left, right, `${prefix}${key}.`)
    return JSON.stringify(left) === JSON.stringify(right) ? [] : [`${prefix}${key}`]
  })
}
