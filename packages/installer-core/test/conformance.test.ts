import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it, onTestFinished } from 'vitest'
import { createFileLedger, createInstaller, createSqliteLedger } from '../src/index.ts'
import type { InstallLedger, Target } from '../src/index.ts'
import { adapterConformance, ledgerConformance } from '../src/testing/index.ts'
import type { AdapterFixture } from '../src/testing/index.ts'
import { createFaultyFileSystem, systemError } from './support/faulty-file-system.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, pluginFiles, publish, skillFiles } from './support/publisher.ts'
import { createSatellite, temporaryDirectory } from './support/satellite.ts'

const ledgers: readonly [string, () => InstallLedger][] = [
  ['the file ledger', () => createFileLedger(join(temporaryDirectory(), 'ledger'))],
  [
    'the SQLite ledger',
    () => {
      const ledger = createSqliteLedger(join(temporaryDirectory(), 'ledger.db'))
      onTestFinished(() => ledger.close())
      return ledger
    },
  ],
]

describe.each(ledgers)('%s', (_, createLedger) => {
  it.each(ledgerConformance)('$name', async (each) => {
    await each.run(createLedger())
  })
})

const acme = createPublisher('acme', ['acme'])
const skill = { kind: 'skill', slug: 'acme.notes' } as const
const plugin = { kind: 'plugin', slug: 'acme.tools' } as const
const pluginContent = {
  mcp_servers: [
    { name: 'search', type: 'stdio', command: 'node', args: ['${CLAUDE_PLUGIN_ROOT}/server.js'] },
    { name: 'remote', type: 'http', url: 'https://mcp.example.com' },
  ],
}
const source = createMemorySource(
  await publish(acme, { ...skill, version: '1.0.0', files: skillFiles('One.') }),
  await publish(acme, { ...skill, version: '1.1.0', files: { 'SKILL.md': 'two' } }),
  await publish(acme, {
    ...plugin,
    version: '1.0.0',
    permissions: ['mcp:search', 'exec:node'],
    content: { mcp_servers: pluginContent.mcp_servers.slice(0, 1) },
    files: pluginFiles(),
  }),
  await publish(acme, {
    ...plugin,
    version: '1.1.0',
    permissions: ['mcp:search', 'mcp:remote', 'exec:node', 'network:mcp.example.com'],
    content: pluginContent,
    files: { ...pluginFiles(), 'commands/more.md': '# More\n' },
  }),
)

function fixture(
  item: AdapterFixture['item'],
  target: (host: string) => Target,
  hostFile?: [string, string],
): AdapterFixture {
  const satellite = createSatellite(source, [acme])
  const host = join(satellite.root, 'host')
  mkdirSync(join(host, 'items'))
  if (hostFile !== undefined) writeFileSync(join(host, hostFile[0]), hostFile[1])
  const options = { ...satellite.options, targets: { [item.kind]: target(host) } }
  return {
    item,
    versions: ['1.0.0', '1.1.0'],
    installer: createInstaller(options),
    host,
    hostFile: hostFile === undefined ? undefined : join(host, hostFile[0]),
    dying: (call) =>
      createInstaller({
        ...options,
        fs: createFaultyFileSystem(({ count, name, path }) => {
          if (count >= call) throw systemError('EIO', name, path)
        }),
      }),
  }
}

const items = (host: string): string => join(host, 'items')
const config = (host: string): Target => ({
  directory: items(host),
  mcpConfigs: [{ file: join(host, 'mcp.json'), format: 'json' }],
})
const userConfig = '{\n  "theme": "dark",\n  "mcpServers": {\n    "mine": {}\n  }\n}\n'

const adapters: readonly [string, () => AdapterFixture][] = [
  ['the skill adapter', () => fixture(skill, (host) => ({ directory: items(host) }))],
  [
    'the skill adapter in directories by slug',
    () => fixture(skill, (host) => ({ directory: items(host), layout: 'slug' })),
  ],
  ['the plugin adapter', () => fixture(plugin, (host) => ({ directory: items(host) }))],
  [
    'the plugin adapter with an MCP configuration in JSON',
    () => fixture(plugin, config, ['mcp.json', userConfig]),
  ],
  ['the plugin adapter with an MCP configuration to be made', () => fixture(plugin, config)],
  [
    'the plugin adapter with an MCP configuration in TOML',
    () =>
      fixture(
        plugin,
        (host) => ({
          directory: items(host),
          mcpConfigs: [{ file: join(host, 'config.toml'), format: 'toml' }],
        }),
        ['config.toml', 'model = "x" # mine\n[mcp_servers.mine]\ncommand = "y"'],
      ),
  ],
]

describe.each(adapters)('%s', (_, createFixture) => {
  it.each(adapterConformance)('$name', async (each) => {
    await each.run(createFixture())
  })
})
