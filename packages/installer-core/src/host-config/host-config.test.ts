import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addJsonMember, hasJsonMember, HostConfigError, removeJsonMember } from './json-config.ts'
import { addTomlTable, hasTomlTable, removeTomlTable } from './toml-config.ts'

const path = ['mcpServers']
const server = { command: 'npx', args: ['-y', 'tool'], env: { KEY: 'a "b"\n' } }

const documents: readonly [string, string | undefined][] = [
  ['no file', undefined],
  ['an empty object', '{}'],
  ['an empty object over two lines', '{\n}\n'],
  ['an empty container', '{\n  "mcpServers": {}\n}\n'],
  [
    'other members',
    '{\n  "theme": "dark",\n  "mcpServers": {\n    "mine": { "command": "x" }\n  }\n}\n',
  ],
  ['tabs and CRLF', '{\r\n\t"a": 1,\r\n\t"mcpServers": {\r\n\t\t"mine": {}\r\n\t}\r\n}\r\n'],
  [
    'comments',
    '// top\n{\n  "a": 1, // one\n  /* two */ "mcpServers": {\n    // mine\n    "mine": {} // end\n  }\n}\n',
  ],
  ['trailing commas', '{\n  "a": [1, 2,],\n  "mcpServers": {\n    "mine": {},\n  },\n}\n'],
  ['one line', '{"a":{"b":"}"},"mcpServers":{"x":{}}}'],
  ['a byte order mark', '\uFEFF{\n  "a": 1\n}\n'],
  ['something after the container', '{\n  "mcpServers": {},\n  "z": "{"\n}'],
]

describe('entries in a JSON configuration', () => {
  it.each(documents)('[TI10] leave every byte of %s as it was when they go', (_, text) => {
    const one = addJsonMember(text, path, 'ours-one', server)
    const two = addJsonMember(one, path, 'ours-two', { url: 'https://x' })
    expect(hasJsonMember(two, path, 'ours-one')).toBe(true)
    const first = removeJsonMember(removeJsonMember(two, path, 'ours-one'), path, 'ours-two')
    const last = removeJsonMember(removeJsonMember(two, path, 'ours-two'), path, 'ours-one')
    expect(first).toBe(text)
    expect(last).toBe(text)
  })

  it('read back as what was written', () => {
    for (const text of [undefined, '{}', '{"mcpServers":{"x":{}}}', '{\n\t"a": 1\n}']) {
      const edited: unknown = JSON.parse(addJsonMember(text, path, 'ours', server))
      expect(edited).toMatchObject({ mcpServers: { ours: server } })
    }
  })

  it('[TI10] keep what their user changed since', () => {
    const added = addJsonMember('{\n  "a": 1\n}\n', path, 'ours', server)
    const edited = added
      .replace('"a": 1', '"a": 2, // changed')
      .replace('"ours"', '"mine": {}, // kept\n    "ours"')
    const removed = removeJsonMember(edited, path, 'ours') ?? ''
    expect(removed).toContain('"a": 2, // changed')
    expect(removed).toContain('"mine": {}')
    expect(removed).toContain('// kept')
    expect(hasJsonMember(removed, path, 'ours')).toBe(false)
  })

  it('refuse a name that is taken, a container of another type, and what is no JSON', () => {
    const taken = '{"mcpServers":{"ours":{}}}'
    expect(() => addJsonMember(taken, path, 'ours', server)).toThrow(HostConfigError)
    for (const text of ['{"mcpServers":[]}', '[]', '{', '{"a":1}x', '{a:1}', '{"mcpServers":1}']) {
      expect(() => addJsonMember(text, path, 'ours', server)).toThrow(HostConfigError)
    }
    expect(() => addJsonMember('['.repeat(100_000), path, 'ours', server)).toThrow(HostConfigError)
  })

  it('[TI10] come and go in any order without a trace', () => {
    const indents = fc.constantFrom(0, 2, 4, '\t')
    const document = fc.tuple(
      fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 4 }),
      fc.option(fc.dictionary(fc.string(), fc.jsonValue({ maxDepth: 1 }), { maxKeys: 3 })),
      indents,
    )
    fc.assert(
      fc.property(document, fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 }), (parts, order) => {
        const [others, servers, indent] = parts
        const value = { ...others, ...(servers === null ? {} : { mcpServers: servers }) }
        if (servers === null) delete value['mcpServers']
        const text = JSON.stringify(value, null, indent)
        let edited: string | undefined = text
        for (const index of [0, 1, 2, 3]) edited = addJsonMember(edited, path, `o-${index}`, server)
        expect(JSON.parse(edited)).toEqual({
          ...value,
          mcpServers: { ...servers, 'o-0': server, 'o-1': server, 'o-2': server, 'o-3': server },
        })
        for (const index of order) edited = removeJsonMember(edited, path, `o-${index}`)
        expect(edited).toBe(text)
      }),
      { seed: 20261120, numRuns: 200 },
    )
  })
})

describe('entries in a TOML configuration', () => {
  it.each([
    ['no file', undefined],
    ['tables', 'model = "x" # mine\n\n[mcp_servers.mine]\ncommand = "y"\n'],
    ['no newline at its end', 'model = "x"'],
  ])('[TI10] leave every byte of %s as it was when they go', (_, text) => {
    const one = addTomlTable(text, ['mcp_servers'], 'ours-one', server)
    const two = addTomlTable(one, ['mcp_servers'], 'ours-two', { url: 'https://x' })
    expect(hasTomlTable(two, ['mcp_servers'], 'ours-two')).toBe(true)
    expect(removeTomlTable(removeTomlTable(two, 'ours-two'), 'ours-one')).toBe(text)
  })

  it('are tables with strings, lists and a table of variables', () => {
    const table = { ...server, env: { KEY: 'a "b"\n' } }
    expect(addTomlTable('', ['mcp_servers'], 'ours', table)).toBe(
      [
        '# >>> mothership ours',
        '[mcp_servers.ours]',
        'command = "npx"',
        'args = ["-y", "tool"]',
        '[mcp_servers.ours.env]',
        String.raw`KEY = "a \"b\"\n"`,
        '# <<< mothership ours',
        '',
      ].join('\n'),
    )
  })

  it('refuse a table that is there already, however it is written', () => {
    for (const text of ['[mcp_servers.ours]\n', '[ mcp_servers . "ours" ]\n']) {
      expect(() => addTomlTable(text, ['mcp_servers'], 'ours', server)).toThrow(HostConfigError)
    }
  })
})
