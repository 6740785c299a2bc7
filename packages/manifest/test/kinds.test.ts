import { describe, expect, it } from 'vitest'
import { z } from 'zod'
import {
  createKeyring,
  createSigner,
  defineKind,
  diffPermissions,
  explainPermission,
  isKind,
  kindDefinitionOf,
  kindOfPlural,
  kinds,
  ManifestError,
  manifestJsonSchema,
  type ManifestDraft,
  parseManifest,
  parseManifestDraft,
  parseUnsignedManifest,
  pluralOfKind,
  signManifest,
  verifyManifest,
} from '../src/index.ts'
import { binding, fixedKeyPair, keyRecord, unsignedSkill } from './signed-manifest.ts'

const common = {
  schema_version: '1.0',
  slug: 'acme.thing',
  name: 'Thing',
  version: '1.0.0',
  author_id: 'acme',
  description: 'Does a thing',
  permissions: [],
}

const contents: Readonly<Record<string, object>> = {
  app: {
    image: 'ghcr.io/acme/app@sha256:' + 'a'.repeat(64),
    ports: [{ container_port: 8080 }],
    resources: { memory: '512M', cpu: 0.25 },
    health_check: { path: '/health' },
    environment: [{ name: 'KEY', secret: true }],
    config_schema: { type: 'object' },
  },
  skill: { instructions: 'SKILL.md', scripts: [{ path: 'scripts/a.py', language: 'python' }] },
  widget: { entry: 'index.js', data: [{ name: 'cpu', scope: 'metrics.cpu' }], refresh_seconds: 30 },
  theme: {
    variables: { '--accent': '#336699', '--font': 'Inter, sans-serif' },
    assets: ['logo.svg'],
  },
  plugin: {
    skills: [{ name: 'a', path: 'skills/a/SKILL.md' }],
    mcp_servers: [{ name: 's', type: 'stdio', command: 'npx' }],
  },
  agent: {
    instructions: 'agent.md',
    model: 'gpt-4o',
    tools: ['Bash'],
    container: { image: 'acme/agent:1' },
  },
  domain: { configuration: { depth: 2 }, parent: 'acme.finance' },
  component: {
    entry: 'canvas.js',
    js_dependencies: { react: '^19.0.0' },
    css_dependencies: ['style.css'],
  },
  persona: { system_prompt: 'You sell.', voice: 'friendly', temperature: 0.7 },
}

describe('manifests of every kind', () => {
  it.each(kinds)('[C2] a %s is read as JSON and YAML, as it came', (kind) => {
    const draft = { ...common, kind, content: contents[kind] }
    expect(parseManifestDraft(draft)).toEqual(draft)
    expect(parseManifestDraft(JSON.stringify(draft))).toEqual(draft)
    expect(parseManifestDraft(`# YAML\n${JSON.stringify(draft)}`, { format: 'yaml' })).toEqual(
      draft,
    )
    expect(kindOfPlural(pluralOfKind(kind))).toBe(kind)
    expect(kindDefinitionOf(kind).plural).toBe(pluralOfKind(kind))
  })

  it('[TM7] name every unknown field, wherever it is', () => {
    const draft = {
      ...common,
      kind: 'skill',
      content: { instructions: 'SKILL.md', shell: 'sh' },
      price: 3,
    }
    expect(
      issuesOf(() => parseManifestDraft(draft))
        .map(({ path }) => path)
        .sort(),
    ).toEqual(['content.shell', 'price'])
  })

  it('[X9] carry dependencies with ranges, locales and extensions, and refuse what is none', () => {
    const draft = {
      ...common,
      kind: 'skill',
      content: contents['skill'],
      dependencies: { 'plugin:acme.git': '^1.2.0' },
      locales: { de: { name: 'Ding' } },
      extensions: { 'org.example': { a: [1, null] } },
    }
    expect(parseManifestDraft(draft)).toEqual(draft)
    for (const wrong of [
      { dependencies: { 'acme.git': '*' } },
      { dependencies: { 'skill:acme.git': 'latest!' } },
      { locales: { 'not a tag': {} } },
      { extensions: { example: {} } },
      { extensions: { 'org.example': 1 } },
    ]) {
      expect(
        issuesOf(() => parseManifestDraft({ ...draft, ...wrong })).length,
        JSON.stringify(wrong),
      ).toBeGreaterThan(0)
    }
  })

  it('hold to the rules that span fields', () => {
    const agent = {
      ...common,
      kind: 'agent',
      content: { model: 'x' },
      permissions: ['port:80', 'tool:Bash'],
    }
    expect(issuesOf(() => parseManifestDraft(agent))).toMatchObject([
      { path: 'permissions.0', expected: 'content.container beside container permissions' },
    ])
    expect(
      issuesOf(() => parseManifestDraft({ ...common, kind: 'app', content: {} })),
    ).toMatchObject([{ path: 'content', received: 'none' }])
    expect(
      issuesOf(() =>
        parseManifestDraft({ ...common, kind: 'app', content: { image: 'a', compose: 'c.yml' } }),
      ),
    ).toMatchObject([{ received: 'image and compose' }])
    expect(
      issuesOf(() =>
        parseManifestDraft({
          ...common,
          kind: 'app',
          content: { image: 'a' },
          permissions: ['port:70000'],
        }),
      ),
    ).toMatchObject([{ path: 'permissions.0' }])
    expect(
      issuesOf(() =>
        parseManifestDraft({
          ...common,
          kind: 'theme',
          content: { variables: {} },
          permissions: ['network'],
        }),
      ),
    ).toMatchObject([{ path: 'permissions' }])
    expect(
      issuesOf(() =>
        parseManifestDraft({
          ...common,
          kind: 'skill',
          content: contents['skill'],
          permissions: ['network', 'network'],
        }),
      ),
    ).toMatchObject([{ expected: 'every permission once' }])
  })

  it('refuse CSS that reaches out of its declaration, and paths that leave the package', () => {
    for (const value of ['red;} body{', 'url(https://x)', 'url( "//x" )', 'a\nb']) {
      expect(
        issuesOf(() =>
          parseManifestDraft({
            ...common,
            kind: 'theme',
            content: { variables: { '--a': value } },
          }),
        ).length,
        value,
      ).toBe(1)
    }
    for (const path of ['../x', '/x', 'a//b', 'a\\b', 'c:x', './x', '']) {
      expect(
        issuesOf(() =>
          parseManifestDraft({ ...common, kind: 'skill', content: { instructions: path } }),
        ).length,
        path,
      ).toBeGreaterThan(0)
    }
  })

  it('are told apart by stage and kind, with messages that help', () => {
    expect(() => parseManifest(unsignedSkill())).toThrow(
      /manifest_signature: expected an object, got nothing/,
    )
    expect(() => parseUnsignedManifest({ ...unsignedSkill(), package_size: '4096' })).toThrow(
      /package_size: expected a number, got "4096"/,
    )
    expect(() => parseManifestDraft({ ...common, kind: 'recipe' })).toThrow(
      /kind: expected one of app, skill/,
    )
    expect(() => parseManifestDraft('[]', { format: 'json' })).toThrow(
      /expected an object, got a list/,
    )
    expect(() => parseManifestDraft('null', { format: 'json' })).toThrow(/got null/)
    expect(() => parseManifestDraft('just text', { format: 'yaml' })).toThrow(/got a string/)
    expect(() => parseManifestDraft(' '.repeat(300_000))).toThrow(/at most 262144/)
    expect(() =>
      parseManifestDraft({
        ...common,
        kind: 'skill',
        content: {},
        slug: 3,
        version: '1',
        name: '',
        tags: [],
        permissions: 'x',
      }),
    ).toThrow(/problems: .*; and [0-9]+ more/)
    expect(isKind('skill') && !isKind('toString') && !isKind(3)).toBe(true)
  })
})

describe('defineKind', () => {
  const recipe = defineKind({
    kind: 'recipe',
    plural: 'recipes',
    content: z.strictObject({ steps: z.array(z.string()).min(1) }),
    permissions: [
      {
        name: 'oven',
        syntax: 'oven:DEGREES',
        pattern: 'oven:(?<degrees>[0-9]{2,3})',
        explain: ({ degrees }) => `Heat the oven to ${degrees} degrees.`,
        capability: ({ degrees }) => ({ type: 'oven', target: degrees ?? '' }),
        includes: (wide, narrow) => Number(wide['degrees']) >= Number(narrow['degrees']),
      },
    ],
  })
  const unsigned = {
    ...common,
    ...binding,
    kind: 'recipe',
    slug: 'acme.cake',
    permissions: ['oven:180'],
    content: { steps: ['Bake'] },
  }

  it('[C1] takes a kind from outside with its content, grammar and capabilities, signed and verified', async () => {
    const pair = fixedKeyPair(9)
    const manifest = await signManifest(unsigned as never, createSigner(pair), { kinds: [recipe] })
    const ring = createKeyring([keyRecord(pair)])
    const at = '2026-02-01T00:00:00Z'
    expect(verifyManifest(JSON.stringify(manifest), ring, { at, kinds: [recipe] })).toMatchObject({
      valid: true,
    })
    expect(verifyManifest(JSON.stringify(manifest), ring, { at })).toMatchObject({
      valid: false,
      reason: 'malformed',
    })
    expect(explainPermission(recipe.permissions, 'oven:180')).toBe('Heat the oven to 180 degrees.')
    expect(diffPermissions(['oven:180'], ['oven:220'], recipe.permissions).widened).toHaveLength(1)
    expect(manifestJsonSchema(recipe)).toMatchObject({ properties: { kind: { const: 'recipe' } } })
    expect(() =>
      parseUnsignedManifest({ ...unsigned, permissions: ['oven:9'] }, { kinds: [recipe] }),
    ).toThrow(/permissions/)
  })

  it('refuses names that are taken or unusable in paths', () => {
    for (const [kind, plural] of [
      ['skill', 'abilities'],
      ['ability', 'skills'],
      ['ability', 'search'],
      ['Ability', 'abilities'],
      ['ability', 'a/b'],
    ] as const) {
      expect(() => defineKind({ kind, plural, content: z.strictObject({}) })).toThrow(ManifestError)
    }
    expect(
      defineKind({ kind: 'ability', plural: 'abilities', content: z.strictObject({}) }).permissions,
    ).toEqual([])
    expect(() => manifestJsonSchema('unknown' as never)).toThrow(TypeError)
  })
})

function issuesOf(run: () => ManifestDraft): ManifestError['issues'] {
  try {
    run()
  } catch (error) {
    if (error instanceof ManifestError) return error.issues
    throw error
  }
  return []
}
