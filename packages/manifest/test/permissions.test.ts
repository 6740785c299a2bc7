import { describe, expect, it } from 'vitest'
import {
  capabilitiesOf,
  comparePermissions,
  derivePermissions,
  diffPermissions,
  explainPermission,
  type FileMap,
  isPermission,
  type Kind,
  kinds,
  parsePermission,
  permissionIncludes,
} from '../src/index.ts'

function files(texts: Readonly<Record<string, string>>): FileMap {
  return new Map(
    Object.entries(texts).map(([path, text]) => [
      path,
      { bytes: new TextEncoder().encode(text), executable: false },
    ]),
  )
}

const good: Readonly<Record<Kind, string[]>> = {
  app: [
    'docker:cap:NET_ADMIN',
    'port:8080',
    'port:53/udp',
    'mount:data:/var/data',
    'mount:data:/var/data:ro',
    'network',
    'network:example.org:443',
  ],
  skill: ['network', 'network:*.example.org', 'chat_inject', 'fs:tmp'],
  widget: ['data:read.metrics.cpu', 'data:read.*', 'refresh:30s', 'refresh:1s'],
  theme: [],
  plugin: [
    'mcp:github',
    'mcp:github/create_issue',
    'hook:PreToolUse',
    'exec:node',
    'env:GITHUB_TOKEN',
    'network:api.github.com',
  ],
  agent: ['tool:Bash', 'tool:mcp__github__*', 'model:gpt-4o', 'port:3000', 'network'],
  domain: ['data:read.finance', 'agent:acme.accountant'],
  component: ['data:read.orders', 'data:write.orders', 'data:write.*', 'network:cdn.example.org'],
  persona: [],
}

const bad: Readonly<Record<Kind, string[]>> = {
  app: [
    'docker:cap:net_admin',
    'port:0',
    'port:70000',
    'port:80/tcp',
    'mount:data:relative',
    'mount:data:/a/../etc',
    'chat_inject',
  ],
  skill: [
    'port:80',
    'network:',
    'network:bad host',
    'network:example.org:99999',
    'fs:/etc',
    'CHAT_INJECT',
  ],
  widget: ['data:write.metrics', 'refresh:0s', 'refresh:fast', 'network'],
  theme: ['network', 'data:read.metrics'],
  plugin: [
    'mcp:',
    'mcp:a/b/c',
    'hook:Pre ToolUse',
    'exec:rm -rf',
    'env:1X',
    'fs:tmp',
    `exec:${'x'.repeat(600)}`,
  ],
  agent: ['tool:', 'model:', 'chat_inject'],
  domain: ['agent:Not A Slug', 'network'],
  component: ['data:write.', 'data:read.A', 'fs:tmp'],
  persona: ['network'],
}

describe('permission grammar', () => {
  it.each(kinds)('[C3] takes what a %s may ask for and nothing else', (kind) => {
    for (const permission of good[kind]) {
      expect(isPermission(kind, permission), permission).toBe(true)
      expect(parsePermission(kind, permission).permission).toBe(permission)
    }
    for (const permission of bad[kind]) {
      expect(isPermission(kind, permission), permission).toBe(false)
      expect(() => parsePermission(kind, permission)).toThrow(/expected (?:one of|no permissions)/)
    }
  })

  it.each(kinds)('explains every permission of a %s in one sentence', (kind) => {
    for (const permission of good[kind])
      expect(explainPermission(kind, permission)).toMatch(/^[A-Z][^]*\.$/)
    for (const permission of bad[kind])
      expect(explainPermission(kind, permission)).toMatch(/cannot have/)
  })

  it('[C8] maps to the capabilities of the isolation layer, one each', () => {
    for (const kind of kinds)
      expect(capabilitiesOf(kind, good[kind])).toHaveLength(good[kind].length)
    expect(capabilitiesOf('app', ['mount:data:/d:ro', 'port:53/udp', 'network'])).toEqual([
      { type: 'mount', target: 'data', details: { path: '/d', access: 'read_only' } },
      { type: 'port', target: '53', details: { protocol: 'udp' } },
      { type: 'network' },
    ])
    expect(capabilitiesOf('plugin', ['mcp:github/x'])).toEqual([
      { type: 'mcp', target: 'github', details: { tool: 'x' } },
    ])
    expect(() => capabilitiesOf('theme', ['network'])).toThrow(/no permissions at all/)
  })
})

describe('diffPermissions', () => {
  it('[X5] tells added, removed, widened and narrowed apart', () => {
    const cases: [Kind, string[], string[], object][] = [
      [
        'skill',
        ['network:a.org'],
        ['network'],
        { widened: [{ from: 'network:a.org', to: 'network' }] },
      ],
      [
        'skill',
        ['network'],
        ['network:a.org'],
        { narrowed: [{ from: 'network', to: 'network:a.org' }] },
      ],
      [
        'skill',
        ['network:a.org'],
        ['network:b.org'],
        { added: ['network:b.org'], removed: ['network:a.org'] },
      ],
      [
        'skill',
        ['network:x.a.org'],
        ['network:*.a.org'],
        { widened: [{ from: 'network:x.a.org', to: 'network:*.a.org' }] },
      ],
      [
        'skill',
        ['network:a.org'],
        ['network:a.org:443'],
        { narrowed: [{ from: 'network:a.org', to: 'network:a.org:443' }] },
      ],
      [
        'skill',
        ['network:a.org:80'],
        ['network:a.org:443'],
        { added: ['network:a.org:443'], removed: ['network:a.org:80'] },
      ],
      ['skill', ['fs:tmp'], ['fs:tmp', 'chat_inject'], { added: ['chat_inject'] }],
      [
        'skill',
        ['network'],
        ['network', 'network:a.org'],
        { narrowed: [{ from: 'network', to: 'network:a.org' }] },
      ],
      [
        'app',
        ['mount:d:/d:ro'],
        ['mount:d:/d'],
        { widened: [{ from: 'mount:d:/d:ro', to: 'mount:d:/d' }] },
      ],
      ['app', ['mount:d:/d'], ['mount:d:/e'], { added: ['mount:d:/e'], removed: ['mount:d:/d'] }],
      [
        'widget',
        ['refresh:60s'],
        ['refresh:10s'],
        { widened: [{ from: 'refresh:60s', to: 'refresh:10s' }] },
      ],
      [
        'widget',
        ['data:read.a.b'],
        ['data:read.a'],
        { widened: [{ from: 'data:read.a.b', to: 'data:read.a' }] },
      ],
      [
        'component',
        ['data:write.*'],
        ['data:write.a'],
        { narrowed: [{ from: 'data:write.*', to: 'data:write.a' }] },
      ],
      [
        'plugin',
        ['mcp:s/t', 'mcp:s/u'],
        ['mcp:s'],
        {
          widened: [
            { from: 'mcp:s/t', to: 'mcp:s' },
            { from: 'mcp:s/u', to: 'mcp:s' },
          ],
        },
      ],
      ['plugin', ['what:ever'], ['what:else'], { added: ['what:else'], removed: ['what:ever'] }],
      ['plugin', ['hook:Stop'], ['hook:Stop'], {}],
    ]
    for (const [kind, from, to, expected] of cases) {
      expect(diffPermissions(from, to, kind), `${from.join()} → ${to.join()}`).toEqual({
        added: [],
        removed: [],
        widened: [],
        narrowed: [],
        ...expected,
      })
    }
    expect(permissionIncludes('plugin', 'hook:Stop', 'hook:Start')).toBe(false)
    expect(permissionIncludes('skill', 'network:a.org', 'network')).toBe(false)
    expect(permissionIncludes('skill', 'network', 'chat_inject')).toBe(false)
  })
})

describe('derivePermissions', () => {
  const plugin = files({
    '.claude-plugin/plugin.json':
      '{"name":"x","mcpServers":{"remote":{"type":"http","url":"https://mcp.vendor.io/v1","headers":{"Authorization":"Bearer ${VENDOR_KEY}"}}}}',
    '.mcp.json':
      '{"mcpServers":{"git hub":{"command":"npx","args":["-y","server"],"env":{"TOKEN":"${GITHUB_TOKEN}"}}}}',
    '.lsp.json': '{"ts":{"command":"typescript-language-server"}}',
    'hooks/hooks.json':
      '{"hooks":{"PreToolUse":[{"matcher":"Bash","hooks":[{"type":"command","command":"FOO=1 ${CLAUDE_PLUGIN_ROOT}/check.sh && jq . | tee log"}]}],"Stop":[{"hooks":[{"type":"http","url":"https://hooks.vendor.io/stop"}]}]}}',
    'scripts/run.py':
      'import os\nos.environ["API_KEY"]\nrequests.get("https://api.vendor.io:8443/x")\n# see http://www.w3.org and http://localhost:1\n',
    'scripts/run.js':
      'process.env.NODE_TOKEN; process.env["OTHER"]; fetch("https://JS.vendor.io/")',
    'README.md': 'https://not-a-script.org',
  })

  it('[C8] reads hooks, servers, commands, hosts and environment names from the bytes', () => {
    expect(derivePermissions(plugin)).toEqual([
      'env:API_KEY',
      'env:GITHUB_TOKEN',
      'env:NODE_TOKEN',
      'env:OTHER',
      'env:VENDOR_KEY',
      'exec:${CLAUDE_PLUGIN_ROOT}/check.sh',
      'exec:jq',
      'exec:npx',
      'exec:tee',
      'exec:typescript-language-server',
      'hook:PreToolUse',
      'hook:Stop',
      'mcp:git-hub',
      'mcp:remote',
      'network:api.vendor.io:8443',
      'network:hooks.vendor.io',
      'network:js.vendor.io',
      'network:mcp.vendor.io',
    ])
    expect(derivePermissions(plugin, 'skill')).toEqual([
      'network:api.vendor.io:8443',
      'network:hooks.vendor.io',
      'network:js.vendor.io',
      'network:mcp.vendor.io',
    ])
    expect(derivePermissions(plugin, 'theme')).toEqual([])
  })

  it('reports what is not declared and what is not seen', () => {
    const shown = derivePermissions(plugin)
    expect(comparePermissions(shown, plugin, 'plugin')).toEqual({ undeclared: [], unseen: [] })
    const declared = [
      ...shown.filter(
        (permission) => !permission.startsWith('network:') && permission !== 'hook:Stop',
      ),
      'network',
      'env:UNUSED',
    ]
    expect(comparePermissions(declared, plugin, 'plugin')).toEqual({
      undeclared: ['hook:Stop'],
      unseen: ['env:UNUSED'],
    })
  })

  it('stands in with the general permission for many hosts, and leaves huge scripts alone', () => {
    const urls = Array.from({ length: 60 }, (_, index) => `https://h${index}.org`).join('\n')
    expect(derivePermissions(files({ 'a.sh': urls }), 'skill')).toEqual(['network'])
    expect(
      derivePermissions(files({ 'a.sh': `https://h.org ${'x'.repeat(600_000)}` }), 'skill'),
    ).toEqual([])
  })

  it('asks for the whole network where an address has no host', () => {
    expect(
      derivePermissions(files({ '.mcp.json': '{"mcpServers":{"s":{"url":"${BASE}/mcp"}}}' })),
    ).toEqual(['env:BASE', 'mcp:s', 'network'])
  })

  it('reads ports, volumes and privileges of a compose file', () => {
    const compose = `services:
  web:
    image: nginx
    cap_add: [CAP_NET_ADMIN]
    privileged: true
    ports: ["8080:80", "53:53/udp", 9000, { target: 443, protocol: udp }]
    volumes: ["data:/var/data:ro", "./conf:/etc/conf", { source: logs, target: /logs, read_only: true }, nonsense]
  quiet: { network_mode: none }
  odd: text
  bad: { ports: [{ target: [1] }, 5000/tcp, x], volumes: [{ source: {} }, "a:/b"] }
`
    expect(derivePermissions(files({ 'compose.yaml': compose }), 'app')).toEqual([
      'docker:cap:ALL',
      'docker:cap:NET_ADMIN',
      'mount:a:/b',
      'mount:conf:/etc/conf',
      'mount:data:/var/data:ro',
      'mount:logs:/logs:ro',
      'network',
      'port:443/udp',
      'port:5000',
      'port:53/udp',
      'port:80',
      'port:9000',
    ])
    expect(derivePermissions(files({ 'compose.yaml': ': not yaml [' }), 'app')).toEqual([])
    expect(derivePermissions(files({ 'compose.yml': 'text' }), 'app')).toEqual([])
    expect(
      derivePermissions(
        files({ 'docker-compose.yml': 'services: {a: {ports: [x], volumes: []}}' }),
        'app',
      ),
    ).toEqual(['network'])
  })
})
