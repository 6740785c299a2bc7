import { describe, expect, it } from 'vitest'
import { claudeMarketplaceFile } from '../src/formats/claude-marketplace.ts'
import {
  type FileMap,
  formats,
  makeSlug,
  type ManifestDraft,
  parseFrontmatter,
  parseManifestDraft,
} from '../src/index.ts'
import { listShared, missingShared, readShared } from './shared-data.ts'

const options = { namespace: 'acme', author_id: 'importer' }

function files(texts: Readonly<Record<string, unknown>>): FileMap {
  return new Map(
    Object.entries(texts).map(([path, value]) => [
      path,
      {
        bytes: new TextEncoder().encode(typeof value === 'string' ? value : JSON.stringify(value)),
        executable: false,
      },
    ]),
  )
}

function accept<Draft extends ManifestDraft>(draft: Draft): Draft {
  expect(parseManifestDraft(draft)).toEqual(draft)
  return draft
}

function textOf(map: FileMap, path: string): string {
  return new TextDecoder().decode(map.get(path)?.bytes)
}

describe('Claude marketplace', () => {
  const skill = '---\nname: a\ndescription: Does a\n---\n'
  const remote = (source: object): object => ({ name: 'x', description: 'd', source })
  const read = (
    plugins: unknown[],
    extra: object = {},
    more: object = {},
  ): ReturnType<typeof formats.claudeMarketplace.read> =>
    formats.claudeMarketplace.read(
      files({
        [claudeMarketplaceFile]: { name: 'market', owner: { name: 'o' }, plugins, ...extra },
        ...more,
      }),
      options,
    )

  it('[M3] reads every kind of source as data, and never runs a command', () => {
    const sha = 'a'.repeat(40)
    const kinds = read([
      remote({ source: 'github', repo: 'o/r', ref: 'main', sha }),
      remote({ source: 'url', url: 'https://x.org/r.git' }),
      remote({ source: 'git-subdir', url: 'o/r', path: 'p', sha }),
      remote({ source: 'npm', package: '@o/p', version: '1' }),
      remote({ source: 'archive', url: 'https://x.org/a.zip', sha256: 'b'.repeat(64) }),
      remote({ source: 'command', command: 'rm -rf /' }),
    ]).plugins
    expect(kinds.map(({ draft }) => draft.source?.type)).toEqual([
      'github',
      'git',
      'git-subdir',
      'npm',
      'archive',
      'command',
    ])
    expect(kinds.map(({ draft }) => draft.version)).toEqual([
      `0.0.0-g${'a'.repeat(12)}`,
      '0.0.0',
      `0.0.0-g${'a'.repeat(12)}`,
      '0.0.0',
      `0.0.0-g${'b'.repeat(12)}`,
      '0.0.0',
    ])
    expect(kinds.every(({ local }) => !local)).toBe(true)
    expect(JSON.stringify(kinds)).not.toContain('rm -rf')
    expect(new Set(kinds.map(({ draft }) => draft.slug)).size).toBe(6)
    for (const { draft } of kinds) accept(draft)
  })

  it('names what is wrong with an entry and goes on with the others', () => {
    const reading = read(
      [
        'text',
        { source: './a' },
        remote({ source: 'rocket' }),
        remote({ source: 'github' }),
        remote({ source: 'url' }),
        remote({ source: 'npm' }),
        remote({ source: 'archive' }),
        remote({ source: 'git-subdir', url: 'u' }),
        { name: 'up', source: '../../etc' },
        { name: 'gone', source: './gone' },
        { name: 'no source' },
        { name: 'fine', description: 'Fine', source: './a' },
      ],
      {},
      { 'a/SKILL.md': skill },
    )
    expect(reading.plugins).toHaveLength(11)
    expect(reading.plugins.at(-1)).toMatchObject({
      name: 'fine',
      local: true,
      draft: { content: { skills: [{ path: 'SKILL.md' }] } },
    })
    expect(
      reading.problems.filter(({ severity }) => severity === 'error').length,
    ).toBeGreaterThanOrEqual(10)
    for (const { draft } of reading.plugins) accept(draft)
  })

  it('follows the rules of strict', () => {
    const pluginJson = {
      name: 'p',
      version: '1.0.0',
      description: 'own',
      commands: ['./extra/c.md'],
    }
    const at = (entry: object, own?: object): ReturnType<typeof read>['plugins'][number] => {
      const more = {
        'p/commands/a.md': 'A',
        'p/extra/c.md': 'C',
        'p/agents/g.md': 'G',
        ...(own === undefined ? {} : { 'p/.claude-plugin/plugin.json': own }),
      }
      const [plugin] = read([{ name: 'p', source: './p', ...entry }], {}, more).plugins
      return plugin as never
    }
    const names = (plugin: ReturnType<typeof at>): unknown =>
      plugin.draft.content.commands?.map(({ path }) => path)
    expect(names(at({ commands: './commands', strict: false }))).toEqual(['commands/a.md'])
    expect(names(at({}, pluginJson))).toEqual(['extra/c.md'])
    expect(names(at({ commands: './commands' }, pluginJson))).toEqual([
      'commands/a.md',
      'extra/c.md',
    ])
    const conflict = at({ commands: './commands', strict: false }, pluginJson)
    expect(
      conflict.problems.some(
        ({ severity, message }) => severity === 'error' && message.includes('strict false'),
      ),
    ).toBe(true)
    const shown = at(
      { version: '9.0.0', description: 'listed', mcpServers: { s: { command: 'x' } } },
      pluginJson,
    )
    expect(shown.draft).toMatchObject({ version: '1.0.0', description: 'listed' })
    expect(shown.draft.content.mcp_servers).toBeUndefined()
    expect(shown.losses).toContain('entry field mcpServers does not apply beside a plugin.json')
  })

  it('reads hooks, servers, dependencies and defects of a plugin', () => {
    const reading = formats.claudePlugin.read(
      files({
        '.claude-plugin/plugin.json': {
          name: 'p',
          version: 'v1.2',
          author: 'Ada',
          keywords: ['k'],
          repository: 'https://x.org/r',
          homepage: 'nope',
          hooks: ['./more.json', { Stop: [{ hooks: [{ type: 'prompt' }] }] }, './missing.json'],
          mcpServers: [
            './servers.json',
            './b.mcpb',
            'https://x.org/c.mcpb',
            { vs: { url: 'https://x.org/mcp', type: 'sse' } },
            './none.json',
            { bad: 3, empty: {} },
          ],
          lspServers: {
            ts: {
              command: 'tsserver',
              args: ['--stdio'],
              extensionToLanguage: { '.ts': 'typescript' },
            },
            bad: {},
          },
          dependencies: [
            'a',
            'b@other',
            { name: 'c', version: '^1.0.0' },
            { name: 'd', version: 'newest' },
            7,
          ],
          agents: 'agents/x.md',
          skills: '../up',
          commands: { hi: { source: './commands/hi.md' } },
          unknown: 1,
          settings: { agent: 'x' },
          userConfig: { k: {} },
          channels: [1],
        },
        'more.json':
          '\uFEFF{"PreToolUse":[{"hooks":[{"type":"command","command":"x"},{"type":"laser"}]},{"command":"y"},3],"bad event!":[],"Sleep":[],"description":"d","version":1,"Odd":4}',
        'servers.json': {
          servers: { vscode: { command: 'node', args: ['a', 1], env: { A: 1, B: null } } },
        },
        '.mcp.json': 'not json',
        '.lsp.json': '[]',
        'agents/x.md': '---\nname: x\ndescription: Agent x\n---\n',
        'commands/hi.md': 'Hi',
        'output-styles/terse.md': '---\ndescription: Terse\n---\n',
      }),
      { ...options, directory: 'folder' },
    )
    accept(reading.draft)
    expect(reading.draft).toMatchObject({
      version: '1.2.0',
      source: { original_author: 'Ada' },
      dependencies: {
        'plugin:acme.a': '*',
        'plugin:other.b': '*',
        'plugin:acme.c': '^1.0.0',
        'plugin:acme.d': '*',
      },
    })
    expect(reading.draft.content.mcp_servers?.map(({ name, type }) => `${name}:${type}`)).toEqual([
      'vscode:stdio',
      'b:bundle',
      'c:bundle',
      'vs:sse',
    ])
    expect(reading.draft.content.hooks?.map(({ event, type }) => `${event}:${type}`)).toEqual([
      'PreToolUse:command',
      'PreToolUse:command',
      'Stop:prompt',
    ])
    expect(reading.losses.join()).toMatch(/version "v1.2".*"unknown".*/)
    expect(reading.problems.length).toBeGreaterThan(14)
    const written = formats.claudePlugin.write(reading.draft)
    const again = formats.claudePlugin.read(new Map([...reading.files, ...written.files]), options)
    expect(again.draft.content.mcp_servers?.length).toBe(4)
    expect(again.draft.version).toBe('1.2.0')
  })

  it('[X1] writes what it reads', () => {
    const plugin = formats.claudePlugin.read(
      files({ '.claude-plugin/plugin.json': { name: 'p', version: '1.0.0', description: 'P' } }),
      options,
    ).draft
    const skillDraft = formats.skillMd.read(files({ 'SKILL.md': skill }), {
      ...options,
      directory: 'a',
    }).draft
    const theme = {
      ...plugin,
      kind: 'theme',
      content: { variables: {} },
      permissions: [],
    } as ManifestDraft
    const written = formats.claudeMarketplace.write({
      name: 'm',
      owner: { name: 'o' },
      description: 'd',
      entries: [
        { draft: plugin, source: './p' },
        {
          draft: { ...skillDraft, permissions: ['network'] },
          source: { url: 'https://x.org/a.zip', sha256: 'c'.repeat(64) },
        },
        { draft: theme, source: './t' },
      ],
    })
    expect(written.losses).toEqual([
      'acme.a: permissions have no place in an entry',
      'acme.p: a theme has no place in a marketplace of plugins',
    ])
    const reading = formats.claudeMarketplace.read(
      new Map([...written.files, ...files({ 'p/commands/x.md': 'X' })]),
      options,
    )
    expect(reading).toMatchObject({
      name: 'm',
      description: 'd',
      plugins: [
        { name: 'acme-p', local: true },
        { name: 'acme-a', local: false },
      ],
    })
    expect(formats.claudeMarketplace.read(new Map(), options)).toMatchObject({
      plugins: [],
      name: 'acme',
    })
    expect(
      formats.claudeMarketplace.read(
        files({
          [claudeMarketplaceFile]: {
            renames: { old: 'new', gone: null, bad: 1 },
            metadata: { pluginRoot: './plugins', description: 'meta' },
            plugins: [{ name: 'x', source: 'x' }],
          },
          'plugins/x/README.md': 'x',
        }),
        options,
      ),
    ).toMatchObject({
      renames: { old: 'new', gone: null },
      description: 'meta',
      plugins: [{ local: true }],
    })
  })
})

describe('SKILL.md', () => {
  it('carries attributes, files and defects', () => {
    const text =
      '---\nname: My Skill\ndescription: |\n  Long\n  text\nversion: 1.0\nallowed-tools: Bash(git log:*), Read\nargument-hint: [file]\nuser-invocable: false\nmodel: opus\nlicense: MIT\nmetadata: {author: Ada, tags: [x, y]}\nodd: 1\n---\n# Body'
    const reading = formats.skillMd.read(
      files({ 'Skill.md': text, 'scripts/a.py': 'x', 'references/b.md': 'x', 'assets/c.png': 'x' }),
      { ...options, directory: 'my-skill', plugin: 'tools', path: 'skills/my-skill' },
    )
    expect(accept(reading.draft)).toMatchObject({
      slug: 'acme.tools.my-skill',
      name: 'My Skill',
      version: '1.0.0',
      license: 'MIT',
      metadata: { tags: ['x', 'y'] },
      content: {
        instructions: 'Skill.md',
        allowed_tools: ['Bash(git log:*)', 'Read'],
        user_invocable: false,
        model: 'opus',
        scripts: [{ path: 'scripts/a.py', language: 'python' }],
      },
    })
    expect(reading.losses).toContain('frontmatter field "odd" is not carried')
    expect(
      reading.problems.every(
        ({ file, line }) => file === 'skills/my-skill/Skill.md' && line !== undefined,
      ),
    ).toBe(true)
    const written = formats.skillMd.write(reading.draft, '\n# Body')
    const again = formats.skillMd.read(written.files, { ...options, directory: 'my-skill' }).draft
    expect(again).toMatchObject({
      description: reading.draft.description.trim(),
      version: '1.0.0',
      content: {
        allowed_tools:
          ['Bash(git', 'log:*)', 'Read'].length > 0 ? reading.draft.content.allowed_tools : [],
      },
    })
  })

  it('is read without attributes, without a file, and with none of its own name', () => {
    expect(
      accept(
        formats.skillMd.read(files({ 'SKILL.md': '# Title\n\nFirst paragraph.\n\nSecond.' }), {
          ...options,
          directory: 'd',
        }).draft,
      ).description,
    ).toBe('First paragraph.')
    expect(
      formats.skillMd
        .read(files({}), options)
        .problems.some(({ severity }) => severity === 'error'),
    ).toBe(true)
    accept(formats.skillMd.read(files({ 'SKILL.md': '' }), options).draft)
    expect(
      formats.skillMd.read(
        files({ 'SKILL.md': new TextDecoder('latin1').decode(Uint8Array.of(0xff)) }),
        options,
      ).draft.slug,
    ).toBe('acme.skill')
    expect(
      accept(
        formats.claudeCommand.read(
          files({ 'commands/go.md': '---\ndescription: Go\n---\n' }),
          'commands/go.md',
          options,
        ).draft,
      ),
    ).toMatchObject({ slug: 'acme.go', content: { invocation: 'command' } })
    expect(
      accept(
        formats.claudeAgent.read(
          files({
            'a.md':
              '---\nname: A\ntools: Read, Weird Tool!(x\nmodel: sonnet\nmaxTurns: 5\nskills: one, two\n---\nDoes it',
          }),
          'a.md',
          options,
        ).draft,
      ),
    ).toMatchObject({
      description: 'Does it',
      permissions: expect.arrayContaining(['model:sonnet', 'tool:Read']) as never,
      content: { max_turns: 5, skills: ['one', 'two'] },
    })
    accept(formats.claudeAgent.read(files({}), 'missing.md', options).draft)
  })

  const missing = missingShared('vectors/skills')
  it.skipIf(missing !== undefined)(
    `reads the outside samples of attacks as what they are: text ${missing ?? ''}`,
    () => {
      for (const folder of listShared('vectors/skills/cisco-evals')) {
        const bytes = readShared('vectors/skills/cisco-evals', folder, 'SKILL.md')
        const reading = formats.skillMd.read(
          new Map([['SKILL.md', { bytes, executable: false }]]),
          { ...options, directory: folder },
        )
        accept(reading.draft)
      }
      expect(
        readShared('vectors/skills/malicious_skills_labels.csv').toString().trim().split('\n'),
      ).toHaveLength(158)
    },
  )
})

describe('parseFrontmatter', () => {
  it('[TX11] refuses aliases, merges, tags and bombs, and keeps the description', () => {
    const bombs = [
      'a: &a [x]\nb: *a',
      'a: !!js/function "x"',
      '<<: {a: 1}',
      `a: ${'['.repeat(5000)}`,
      `b: &b [1]\na: {<<: [${'*b,'.repeat(2000)}*b]}`,
      `x: ${'- '.repeat(20_000)}`,
    ]
    for (const bomb of bombs) {
      const started = performance.now()
      const { attributes, problems } = parseFrontmatter(
        `---\ndescription: Kept: always\n${bomb}\n---\n`,
      )
      expect(attributes['description']).toBe('Kept: always')
      expect(problems).toHaveLength(1)
      expect(performance.now() - started).toBeLessThan(2000)
    }
  })

  it('[TM2] changes no prototype', () => {
    for (const text of [
      '__proto__: {x: 1}',
      'constructor: x',
      '"__proto__": {x: 1}\ndescription: a: b',
      '__proto__: a: b',
    ]) {
      const { attributes } = parseFrontmatter(`---\n${text}\n---\n`)
      expect(Object.getPrototypeOf(attributes)).toBe(Object.prototype)
      expect(
        Object.hasOwn(attributes, '__proto__') || Object.hasOwn(attributes, 'constructor'),
      ).toBe(false)
    }
  })

  it('reads what real files hold: marks, blank lines, missing ends, other line ends', () => {
    const cases: [string, Record<string, unknown>, number][] = [
      ['---\r\nname: a\r\n---\r\nbody', { name: 'a' }, 0],
      ['\uFEFF---\nname: a\n---\n', { name: 'a' }, 1],
      ['\n\n---\nname: a\n---\n', { name: 'a' }, 1],
      ['---\nname: a\n\n# Body\n', { name: 'a' }, 1],
      ['no attributes', {}, 1],
      ['---\n- list\n---\n', {}, 1],
      ['---\n---\n', {}, 0],
      ['---\nhint: [a] [b]\ndescription: d\n---\n', { hint: '[a] [b]', description: 'd' }, 1],
      [
        '---\ndescription: one: two\ntags:\n  - a\n  - "b"\ntext: |\n  x\n  y\nflag: true\nagain: x: y\nagain: z\n---\n',
        { description: 'one: two', tags: ['a', 'b'], text: 'x\ny', flag: true, again: 'x: y' },
        1,
      ],
      [`---\na: ${'x'.repeat(300_000)}\n---\n`, {}, 1],
    ]
    for (const [text, attributes, problems] of cases) {
      const reading = parseFrontmatter(text, 'f.md')
      expect(reading.attributes, text.slice(0, 40)).toEqual(attributes)
      expect(reading.problems.length, text.slice(0, 40)).toBe(problems)
    }
  })
})

describe('the other formats', () => {
  it('read and write Agent Plugins', () => {
    const source = files({
      'plugin.json': {
        $schema: 'https://agent-plugins.org/schemas/1.0.0/plugin.schema.json',
        name: 'p',
        version: '1.0.0',
        description: 'P',
        author: { name: 'Ada' },
        extensions: { 'org.example': { a: 1 }, bad: 1 },
      },
      'mcp.json': { mcpServers: { s: { command: 'node', args: ['x.js'] } } },
      'skills/a/SKILL.md': '---\nname: a\ndescription: A\n---\n',
    })
    const { draft, losses, problems } = formats.agentPlugin.read(source, options)
    expect(accept(draft)).toMatchObject({
      content: { skills: [{ name: 'a' }], mcp_servers: [{ name: 's' }] },
      extensions: { 'org.example': { a: 1 } },
    })
    expect([losses.length, problems.length]).toEqual([1, 0])
    const written = formats.agentPlugin.write({
      ...draft,
      content: { ...draft.content, commands: [] },
    })
    expect(formats.agentPlugin.read(new Map([...source, ...written.files]), options).draft).toEqual(
      { ...draft, extensions: { 'org.example': { a: 1 } } },
    )
    expect(written.losses).toContain('content.commands has no place in Agent Plugins')
    expect(
      formats.agentPlugin.read(files({ 'plugin.json': { extra: 1 } }), options).problems.length,
    ).toBe(4)
  })

  it('read and write MCP server.json', () => {
    const source = {
      name: 'io.github.acme/files',
      description: 'Files',
      version: '2.0.0',
      title: 'Files',
      repository: { url: 'https://github.com/acme/files', source: 'github' },
      icons: [{ src: 'https://x.org/i.png' }],
      packages: [
        {
          registryType: 'npm',
          identifier: '@acme/files',
          version: '2.0.0',
          transport: { type: 'stdio' },
          environmentVariables: [{ name: 'TOKEN' }],
          packageArguments: [{ type: 'named', name: '--root', value: '/x' }],
        },
        { registryType: 'pypi', identifier: 'files' },
        { registryType: 'oci', identifier: 'acme/files', version: '2' },
        { registryType: 'nuget', identifier: 'Files' },
        { registryType: 'cargo', identifier: 'files' },
        { registryType: 'mcpb', identifier: 'https://x.org/f.mcpb' },
        { registryType: 'tape' },
      ],
      remotes: [
        {
          type: 'streamable-http',
          url: 'https://mcp.acme.io',
          headers: [{ name: 'X', value: '{k}' }],
        },
        { type: 'sse' },
      ],
      _meta: {},
    }
    const { draft, losses, problems } = formats.mcpServer.read(
      files({ 'server.json': source }),
      options,
    )
    expect(accept(draft).content.mcp_servers?.map(({ command, url }) => command ?? url)).toEqual([
      'npx',
      'uvx',
      'docker',
      'dnx',
      'files',
      'https://x.org/f.mcpb',
      'https://mcp.acme.io',
    ])
    expect(draft.permissions).toContain('env:TOKEN')
    expect([losses.length, problems.length]).toEqual([1, 2])
    const written = formats.mcpServer.write(
      { ...draft, description: 'x'.repeat(120), content: { ...draft.content, skills: [] } },
      { name: 'io.github.acme/files' },
    )
    const again = JSON.parse(textOf(written.files, 'server.json')) as {
      packages: { registryType: string; identifier: string }[]
      remotes: object[]
    }
    expect(
      again.packages.map(({ registryType, identifier }) => `${registryType} ${identifier}`),
    ).toEqual(['npm @acme/files', 'pypi files', 'mcpb https://x.org/f.mcpb'])
    expect(again.remotes).toHaveLength(1)
    expect(written.losses.length).toBeGreaterThan(3)
    accept(formats.mcpServer.read(files({}), options).draft)
  })

  it('read .mcpb bundles', () => {
    const manifest = {
      manifest_version: '0.3',
      name: 'files',
      version: '1.0.0',
      description: 'Files',
      author: { name: 'Ada' },
      server: {
        type: 'node',
        entry_point: 'server/index.js',
        mcp_config: {
          command: 'node',
          args: ['${__dirname}/server/index.js'],
          env: { KEY: '${user_config.key}' },
          platform_overrides: {},
        },
      },
      user_config: { key: { type: 'string' } },
      tools: [],
    }
    const { draft, losses, problems } = formats.mcpb.read(
      files({ 'manifest.json': manifest, 'server/index.js': 'x' }),
      options,
    )
    expect(accept(draft)).toMatchObject({
      content: { mcp_servers: [{ command: 'node' }], user_config: {} },
      source: { original_author: 'Ada' },
    })
    expect([losses.length, problems.length]).toEqual([2, 0])
    expect(
      formats.mcpb.read(
        files({ 'manifest.json': { server: { type: 'python', entry_point: 'x.py' } } }),
        options,
      ),
    ).toMatchObject({ draft: { content: { mcp_servers: [{ command: 'python' }] } } })
    accept(formats.mcpb.read(files({}), options).draft)
  })

  it('[F3] read and write opensentience.agent.json with the identity of its agent', () => {
    const source = {
      agent_id: 'org.acme.helper',
      name: 'Helper',
      version: '1.0.0',
      summary: 'Helps',
      permissions: ['tool:Read', 'fs.write:/x'],
      entrypoint: 'bin/run',
      integration_points: ['mail'],
      tags: ['t'],
      repository_url: 'https://x.org/r',
      docs_url: 'https://x.org/d',
      min_core_version: '0.5',
      other: 1,
    }
    const { draft, losses } = formats.openSentience.read(
      files({ 'opensentience.agent.json': source }),
      options,
    )
    expect(accept(draft)).toMatchObject({
      agent_id: 'org.acme.helper',
      slug: 'acme.helper',
      permissions: ['tool:Read'],
      host: { min_version: '0.5.0' },
      content: { entrypoint: { command: 'bin/run' } },
    })
    expect(losses.length).toBe(3)
    const written = JSON.parse(
      textOf(formats.openSentience.write(draft).files, 'opensentience.agent.json'),
    ) as object
    expect(written).toMatchObject({
      agent_id: 'org.acme.helper',
      permissions: ['tool:Read', 'fs.write:/x'],
      entrypoint: { command: 'bin/run' },
    })
    const bare = formats.openSentience.read(files({}), options)
    expect(bare.problems).toHaveLength(1)
    expect(formats.openSentience.write(accept(bare.draft)).losses).toContain(
      'the manifest has no agent_id, which the format asks for',
    )
  })

  it('[M3] read and write the manifest of the synchronised storage', () => {
    const source = {
      schema_version: '1.0',
      type: 'skill',
      identity: {
        slug: 'social',
        name: 'Social',
        version: '1.2.0',
        description: 'Posts',
        long_description: 'Long',
      },
      source: {
        type: 'github',
        url: 'https://github.com/x/y',
        marketplace: 'm',
        original_author: 'John',
        license: 'MIT',
        synced_at: 'x',
      },
      content: {
        instructions_file: 'instructions.md',
        scripts: [{ name: 'a', file: 'scripts/a.py', language: 'python', description: 'A' }],
        references: ['references/r.md', '../up'],
        assets: 3,
      },
      optimization: {
        token_estimate: 1500,
        recommended_models: ['gpt-4o'],
        min_context_tokens: 8000,
      },
      metadata: { category: 'marketing', tags: ['x'], use_cases: ['Plan'] },
    }
    const { draft, losses } = formats.syncManifest.read(
      files({ 'manifest.json': source, 'instructions.md': '#' }),
      options,
    )
    expect(accept(draft)).toMatchObject({
      slug: 'acme.social',
      optimization: { token_estimate: 1500 },
      metadata: { use_cases: ['Plan'] },
      content: { scripts: [{ path: 'scripts/a.py' }], references: [{ path: 'references/r.md' }] },
    })
    expect(losses).toEqual(['source.synced_at belongs to the release record'])
    const written = formats.syncManifest.write(draft)
    expect(
      formats.syncManifest.read(
        new Map([...written.files, ...files({ 'instructions.md': '#' })]),
        options,
      ).draft,
    ).toEqual(draft)
    for (const type of ['persona', 'plugin']) {
      const other = formats.syncManifest.read(
        files({ 'manifest.json': { ...source, type, content: { system_prompt: 'You' } } }),
        options,
      ).draft
      expect(accept(other).kind).toBe(type)
      expect(formats.syncManifest.write(other).files.size).toBe(1)
    }
    accept(formats.syncManifest.read(files({}), options).draft)
  })

  it('[C2] read the short manifest of the five categories, and say what must be done again', () => {
    const text =
      'kind: widgets\nname: my-widget\nversion: 1.0.0\nauthor_id: someone\npackage_sha256: abc\npermissions:\n  - data:read.metrics\n  - refresh:30s\n  - network\nmanifest_signature: base64\n'
    const { draft, losses } = formats.categoryManifest.read(text, options)
    expect(accept(draft)).toMatchObject({
      kind: 'widget',
      slug: 'acme.my-widget',
      permissions: ['data:read.metrics', 'refresh:30s'],
    })
    expect(losses).toHaveLength(5)
    for (const kind of [
      'apps',
      'skills',
      'themes',
      'plugins',
      'agents',
      'domains',
      'components',
      'personas',
    ]) {
      expect(
        accept(
          formats.categoryManifest.read(
            JSON.stringify({ kind, name: 'x', version: '1.0.0' }),
            options,
          ).draft,
        ).slug,
      ).toBe('acme.x')
    }
    expect(
      formats.categoryManifest.read(
        'kind: plugins\nname: x\npermissions: [search_files, Git/Log]',
        options,
      ).draft.permissions,
    ).toEqual(['mcp:search-files', 'mcp:git/log'])
    expect(() => formats.categoryManifest.read('kind: skill\nname: x', options)).toThrow(
      /expected a manifest whose kind/,
    )
  })
})

describe('slugs', () => {
  it('are lower-case ASCII of at most 128 characters, whatever the names', () => {
    expect(makeSlug('Acme Inc.', 'Ünïcode & Co')).toBe('acme-inc.unicode-co')
    expect(makeSlug('a', '日本語')).toMatch(/^a\.x[0-9a-f]{8}$/)
    const long = makeSlug('n'.repeat(100), 'p'.repeat(100), 's'.repeat(100))
    expect(long.length).toBeLessThanOrEqual(128)
    expect(long).toMatch(/^[a-z0-9-]+\.[a-z0-9-]+\.[a-z0-9-]+$/)
  })
})
