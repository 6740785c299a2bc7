import type { PermissionForm, PermissionParts } from './permission-form.ts'

/** Lower-case host name or address, `*.` before it for every name below, a port behind it. */
const host =
  '(?<host>(?:\\*\\.)?[a-z0-9](?:[a-z0-9-]{0,62})(?:\\.[a-z0-9](?:[a-z0-9-]{0,62})){0,10}(?::[0-9]{1,5})?)'
const scope = '(?<scope>[a-z0-9_]{1,64}(?:\\.[a-z0-9_]{1,64}){0,7}|\\*)'

/** `network[:HOST]` */
export const networkForm: PermissionForm = {
  name: 'network',
  syntax: 'network[:HOST]',
  pattern: `network(?::${host})?`,
  explain: ({ host: name }) => {
    if (name === undefined) return 'Connect to any computer on the internet.'
    return name.startsWith('*.')
      ? `Connect over the network to every address under ${name.slice(2)}.`
      : `Connect over the network to ${name}.`
  },
  capability: ({ host: name }) => ({
    type: 'network',
    ...(name === undefined ? {} : { target: name }),
  }),
  includes: (wide, narrow) =>
    wide['host'] === undefined || hostIncludes(wide['host'], narrow['host']),
  accepts: ({ host: name }) => portOf(name) <= 65_535,
}

/** `docker:cap:NAME` */
export const dockerCapabilityForm: PermissionForm = {
  name: 'docker_capability',
  syntax: 'docker:cap:NAME',
  pattern: 'docker:cap:(?<capability>[A-Z][A-Z_]{1,40})',
  explain: ({ capability }) => `Run its container with the extra system privilege ${capability}.`,
  capability: ({ capability }) => target('docker_capability', capability),
}

/** `port:N[/udp]` */
export const portForm: PermissionForm = {
  name: 'port',
  syntax: 'port:N[/udp]',
  pattern: 'port:(?<port>[1-9][0-9]{0,4})(?<udp>/udp)?',
  explain: ({ port, udp }) =>
    `Accept connections from the network on port ${port}${udp === undefined ? '' : ' (UDP)'}.`,
  capability: ({ port, udp }) => ({
    ...target('port', port),
    details: { protocol: udp === undefined ? 'tcp' : 'udp' },
  }),
  accepts: ({ port }) => Number(port) <= 65_535,
}

/** `mount:NAME:PATH[:ro]` */
export const mountForm: PermissionForm = {
  name: 'mount',
  syntax: 'mount:NAME:PATH[:ro]',
  pattern: 'mount:(?<volume>[a-z0-9][a-z0-9_-]{0,62}):(?<path>/[A-Za-z0-9._/-]{0,255})(?<ro>:ro)?',
  explain: ({ volume, path, ro }) =>
    ro === undefined
      ? `Keep files in the storage “${volume}” (seen at ${path}), and change them.`
      : `Read the files in the storage “${volume}” (seen at ${path}), without changing them.`,
  capability: ({ volume, path, ro }) => ({
    ...target('mount', volume),
    details: { path: `${path}`, access: ro === undefined ? 'read_write' : 'read_only' },
  }),
  includes: (wide, narrow) =>
    wide['volume'] === narrow['volume'] &&
    wide['path'] === narrow['path'] &&
    wide['ro'] === undefined,
  accepts: ({ path }) => !`${path}`.split('/').includes('..'),
}

/** `chat_inject` */
export const chatInjectForm: PermissionForm = {
  name: 'chat_inject',
  syntax: 'chat_inject',
  pattern: 'chat_inject',
  explain: () => 'Add messages of its own to your conversations.',
  capability: () => ({ type: 'chat_inject' }),
}

/** `fs:tmp` */
export const temporaryFilesForm: PermissionForm = {
  name: 'temporary_files',
  syntax: 'fs:tmp',
  pattern: 'fs:tmp',
  explain: () => 'Keep temporary files in a folder of its own while it works.',
  capability: () => ({ type: 'temporary_files' }),
}

/** `data:read.SCOPE` */
export const dataReadForm: PermissionForm = {
  name: 'data_read',
  syntax: 'data:read.SCOPE',
  pattern: `data:read\\.${scope}`,
  explain: ({ scope: name }) =>
    `Read ${name === '*' ? 'all data of this installation' : `the data “${name}”`}.`,
  capability: ({ scope: name }) => target('data_read', name),
  includes: scopeIncludes,
}

/** `data:write.SCOPE` */
export const dataWriteForm: PermissionForm = {
  name: 'data_write',
  syntax: 'data:write.SCOPE',
  pattern: `data:write\\.${scope}`,
  explain: ({ scope: name }) =>
    `Change ${name === '*' ? 'all data of this installation' : `the data “${name}”`}.`,
  capability: ({ scope: name }) => target('data_write', name),
  includes: scopeIncludes,
}

/** `refresh:Ns` */
export const refreshForm: PermissionForm = {
  name: 'refresh',
  syntax: 'refresh:Ns',
  pattern: 'refresh:(?<seconds>[1-9][0-9]{0,4})s',
  explain: ({ seconds }) =>
    `Fetch its data again every ${seconds} ${seconds === '1' ? 'second' : 'seconds'}.`,
  capability: ({ seconds }) => target('refresh', seconds),
  includes: (wide, narrow) => Number(wide['seconds']) <= Number(narrow['seconds']),
}

/** `mcp:SERVER[/TOOL]` */
export const mcpForm: PermissionForm = {
  name: 'mcp',
  syntax: 'mcp:SERVER[/TOOL]',
  pattern:
    'mcp:(?<server>[A-Za-z0-9][A-Za-z0-9._-]{0,127})(?:/(?<tool>[A-Za-z0-9_][A-Za-z0-9._-]{0,127}))?',
  explain: ({ server, tool }) =>
    tool === undefined
      ? `Give the assistant every tool of the server “${server}”.`
      : `Give the assistant the tool “${tool}” of the server “${server}”.`,
  capability: ({ server, tool }) => ({
    ...target('mcp', server),
    ...(tool === undefined ? {} : { details: { tool } }),
  }),
  includes: (wide, narrow) => wide['server'] === narrow['server'] && wide['tool'] === undefined,
}

/** `hook:EVENT` */
export const hookForm: PermissionForm = {
  name: 'hook',
  syntax: 'hook:EVENT',
  pattern: 'hook:(?<event>[A-Za-z]{1,64})',
  explain: ({ event }) => `Act on its own whenever the event “${event}” happens in your session.`,
  capability: ({ event }) => target('hook', event),
}

/** `exec:COMMAND` */
export const executeForm: PermissionForm = {
  name: 'execute',
  syntax: 'exec:COMMAND',
  pattern: 'exec:(?<command>[A-Za-z0-9_.$@{}/+~-][A-Za-z0-9_.$@{}/+~-]{0,255})',
  explain: ({ command }) => `Run the program “${command}” on your computer.`,
  capability: ({ command }) => target('execute', command),
}

/** `env:NAME` */
export const environmentForm: PermissionForm = {
  name: 'environment',
  syntax: 'env:NAME',
  pattern: 'env:(?<variable>[A-Za-z_][A-Za-z0-9_]{0,127})',
  explain: ({ variable }) =>
    `Read the setting ${variable} of your environment, which may be a secret.`,
  capability: ({ variable }) => target('environment', variable),
}

/** `tool:NAME` */
export const toolForm: PermissionForm = {
  name: 'tool',
  syntax: 'tool:NAME',
  pattern: 'tool:(?<tool>[A-Za-z0-9_*][A-Za-z0-9._:/@*()-]{0,255})',
  explain: ({ tool }) => `Use the tool “${tool}”.`,
  capability: ({ tool }) => target('tool', tool),
}

/** `model:NAME` */
export const modelForm: PermissionForm = {
  name: 'model',
  syntax: 'model:NAME',
  pattern: 'model:(?<model>[A-Za-z0-9][A-Za-z0-9._:/@-]{0,127})',
  explain: ({ model }) => `Use the language model “${model}”, at your account's cost.`,
  capability: ({ model }) => target('model', model),
}

/** `agent:SLUG` */
export const agentForm: PermissionForm = {
  name: 'agent',
  syntax: 'agent:SLUG',
  pattern:
    'agent:(?<slug>(?=[^:]{1,128}$)[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?){0,2})',
  explain: ({ slug }) => `Hand work to the agent “${slug}”.`,
  capability: ({ slug }) => target('agent', slug),
}

function target<Type extends string>(
  type: Type,
  value: string | undefined,
): { type: Type; target: string } {
  return { type, target: `${value}` } // every form's pattern has the part it asks for
}

function scopeIncludes(wide: PermissionParts, narrow: PermissionParts): boolean {
  const wideScope = `${wide['scope']}`
  return wideScope === '*' || `${narrow['scope']}`.startsWith(`${wideScope}.`)
}

function hostIncludes(wide: string, narrow: string | undefined): boolean {
  if (narrow === undefined) return false
  const [wideName = '', widePort] = splitPort(wide)
  const [narrowName = '', narrowPort] = splitPort(narrow)
  if (widePort !== undefined && widePort !== narrowPort) return false
  return (
    wideName === narrowName ||
    (wideName.startsWith('*.') && narrowName.replace(/^\*/, '').endsWith(wideName.slice(1)))
  )
}

function splitPort(text: string): (string | undefined)[] {
  return text.split(':')
}

function portOf(text: string | undefined): number {
  return Number(text?.split(':')[1] ?? 0)
}
