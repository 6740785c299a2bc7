import type { FileMap } from '../formats/file-map.ts'
import { textOf } from '../formats/foreign-json.ts'
import { isJsonObject, type JsonValue } from '../json/json-value.ts'
import { parseYaml } from '../json/parse-yaml.ts'

/** Names a compose file of an app may have. */
const composeNames = ['compose.yaml', 'compose.yml', 'docker-compose.yaml', 'docker-compose.yml']

/** Reads from a compose file which ports, volumes and system privileges its services take. */
export function deriveComposePermissions(files: FileMap): string[] {
  return composeNames.flatMap((name) => {
    const bytes = files.get(name)?.bytes
    if (bytes === undefined) return []
    let value: JsonValue
    try {
      value = parseYaml(textOf(bytes))
    } catch {
      return [] // A compose file nobody can read asks for nothing; installing it fails on its own.
    }
    const services = isJsonObject(value) && isJsonObject(value['services']) ? value['services'] : {}
    return Object.values(services).flatMap((service) => permissionsOfService(service))
  })
}

function permissionsOfService(service: JsonValue): string[] {
  if (!isJsonObject(service)) return []
  const list = (field: string): JsonValue[] => {
    const value = service[field]
    return Array.isArray(value) ? value : []
  }
  return [
    ...list('cap_add').map((name) => `docker:cap:${scalar(name).replace(/^CAP_/, '')}`),
    ...(service['privileged'] === true ? ['docker:cap:ALL'] : []),
    ...list('ports').flatMap(portPermission),
    ...list('volumes').flatMap(mountPermission),
    ...(service['network_mode'] === 'none' ? [] : ['network']),
  ]
}

function portPermission(port: JsonValue): string[] {
  if (isJsonObject(port)) {
    return [`port:${scalar(port['target'])}${port['protocol'] === 'udp' ? '/udp' : ''}`]
  }
  const match = /^(?:.*:)?([0-9]+)(\/udp|\/tcp)?$/.exec(scalar(port))
  return match === null ? [] : [`port:${match[1]}${match[2] === '/udp' ? '/udp' : ''}`]
}

function mountPermission(volume: JsonValue): string[] {
  if (isJsonObject(volume)) {
    const readOnly = volume['read_only'] === true ? ':ro' : ''
    return [`mount:${scalar(volume['source'])}:${scalar(volume['target'])}${readOnly}`]
  }
  const [source, target, mode] = scalar(volume).split(':')
  return source === undefined || target === undefined
    ? []
    : [`mount:${nameOfSource(source)}:${target}${mode === 'ro' ? ':ro' : ''}`]
}

/** A folder of the host is told by its path, spelled as a name. */
function nameOfSource(source: string): string {
  return source
    .replaceAll(/[^a-z0-9_-]+/gi, '-')
    .replaceAll(/^-+|-+$/g, '')
    .toLowerCase()
}

/** A scalar of the file as text; lists and maps are no name of anything. */
function scalar(value: JsonValue | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
