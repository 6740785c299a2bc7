import { mkdirSync, mkdtempSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { runCli } from '../src/cli/run-cli.ts'

const directory = mkdtempSync(join(tmpdir(), 'manifest-cli-'))

interface Run {
  code: number
  out: string
  err: string
  json: () => Record<string, unknown>
}

async function run(...argv: string[]): Promise<Run> {
  const out: string[] = []
  const err: string[] = []
  const code = await runCli(argv, {
    environment: { MOTHERSHIP_KEY_PASSPHRASE: 'correct horse battery' },
    directory,
    keyFileCost: { n: 1024 },
    now: () => new Date('2026-03-01T00:00:00Z'),
    print: (line) => out.push(line),
    warn: (line) => err.push(line),
    askSecret: () => Promise.reject(new Error('nobody to ask')),
  })
  const text = out.join('\n')
  return {
    code,
    out: text,
    err: err.join('\n'),
    json: () => JSON.parse(text) as Record<string, unknown>,
  }
}

function path(name: string): string {
  return join(directory, name)
}

describe('mothership-manifest', () => {
  beforeAll(async () => {
    mkdirSync(path('review/scripts'), { recursive: true })
    writeFileSync(
      path('review/SKILL.md'),
      '---\nname: review\ndescription: Reviews a change\nversion: 1.2.0\n---\n\n# Review\n',
    )
    writeFileSync(path('review/scripts/run.sh'), '#!/bin/sh\ncurl https://api.review.test/v1\n')
    const made = await run(
      'keygen',
      '--out',
      'key.json',
      '--author',
      'acme',
      '--namespace',
      'acme',
      '--json',
    )
    expect(made.code).toBe(0)
    writeFileSync(
      path('keys.json'),
      JSON.stringify([
        pick(made.json(), 'key_id', 'public_key', 'author_id', 'namespaces', 'valid_from'),
      ]),
    )
  })

  it('[C2] takes a folder to a signed package that verifies, in four commands', async () => {
    expect(
      (
        await run(
          'init',
          'review',
          '--namespace',
          'acme',
          '--author',
          'acme',
          '--out',
          'draft.yaml',
        )
      ).code,
    ).toBe(0)
    expect((await run('validate', 'draft.yaml')).out).toMatch(
      /good draft manifest of acme.review 1.2.0/,
    )
    const packed = await run(
      'pack',
      'review',
      '--out',
      'review.tar.gz',
      '--manifest',
      'draft.yaml',
      '--key',
      'key.json',
      '--json',
    )
    expect(packed.err).toBe('')
    expect(packed.json()).toMatchObject({ stage: 'signed' })
    const verified = await run(
      'verify',
      'review.manifest.json',
      '--keyring',
      'keys.json',
      '--package',
      'review.tar.gz',
    )
    expect(verified.out).toMatch(/signature good: acme.review 1.2.0 by acme[^]*package good/)
    expect(verified.code).toBe(0)
  })

  it('signs what pack bound, and refuses after a change', async () => {
    expect(
      (await run('pack', 'review', '--out', 'two.tar.gz', '--manifest', 'draft.yaml')).code,
    ).toBe(0)
    expect((await run('sign', 'two.manifest.json', '--key', 'key.json')).code).toBe(0)
    expect((await run('verify', 'two.manifest.json', '--keyring', 'keys.json')).code).toBe(0)
    const changed = readFileSync(path('two.manifest.json'), 'utf8').replace(
      'Reviews a change',
      'Reviews no change',
    )
    writeFileSync(path('changed.json'), changed)
    const verdict = await run('verify', 'changed.json', '--keyring', 'keys.json', '--json')
    expect(verdict.code).toBe(1)
    expect(verdict.json()).toMatchObject({ valid: false, reason: 'bad_signature' })
  })

  it('[TM17] refuses a package the manifest does not name', async () => {
    writeFileSync(path('review/extra.md'), 'more')
    await run('pack', 'review', '--out', 'other.tar.gz')
    const verdict = await run(
      'verify',
      'review.manifest.json',
      '--keyring',
      'keys.json',
      '--package',
      'other.tar.gz',
    )
    expect(verdict.code).toBe(1)
    expect(verdict.out).toMatch(/expected package_sha256/)
  })

  it('keeps the key file to its owner, encrypted, and never overwrites it', async () => {
    expect(statSync(path('key.json')).mode & 0o777).toBe(0o600)
    expect(readFileSync(path('key.json'), 'utf8')).toContain('scrypt')
    expect((await run('keygen', '--out', 'key.json')).code).toBe(3)
  })

  it('lists every problem of a bad manifest with its place', async () => {
    writeFileSync(
      path('bad.json'),
      JSON.stringify({ schema_version: '1.0', kind: 'skill', slug: 'Not A Slug', extra: 1 }),
    )
    const { code, err } = await run('validate', 'bad.json')
    expect(code).toBe(1)
    expect(err).toMatch(/slug: expected/)
    expect(err).toMatch(/extra: unknown field/)
    expect(err).toMatch(/description: expected a string, got nothing/)
  })

  it('inspects manifests and packages, and explains what they ask for', async () => {
    expect((await run('inspect', 'review.manifest.json')).out).toMatch(
      /asks for network:api.review.test: Connect over the network/,
    )
    expect((await run('inspect', 'review.tar.gz')).out).toMatch(/SKILL.md/)
  })

  it('[X5] shows what an update asks for in addition', async () => {
    const value = JSON.parse(readFileSync(path('review.manifest.json'), 'utf8')) as Record<
      string,
      unknown
    >
    writeFileSync(
      path('next.json'),
      JSON.stringify({ ...value, version: '1.3.0', permissions: ['network'] }),
    )
    const { out } = await run('diff', 'review.manifest.json', 'next.json')
    expect(out).toMatch(
      /> network:api.review.test → network[^]*needs new consent[^]*changed: version/,
    )
  })

  it('converts a folder and writes formats, with what is lost', async () => {
    const read = await run(
      'convert',
      'review',
      '--from',
      'skill-md',
      '--namespace',
      'acme',
      '--author',
      'acme',
      '--out',
      'converted.json',
    )
    expect(read.out).toContain('skill acme.review 1.2.0')
    const written = await run('convert', 'converted.json', '--to', 'skill-md', '--out', 'written')
    expect(written.out).toContain('wrote SKILL.md')
    expect(written.out).toContain('permissions has no place in SKILL.md')
  })

  it('tells a wrong command line from a refusal and from a missing file', async () => {
    expect((await run('nonsense')).code).toBe(2)
    expect((await run('verify', 'review.manifest.json')).code).toBe(2)
    expect((await run('sign', '--passphrase', 'secret')).code).toBe(2)
    expect((await run('validate', 'no-such-file.json')).code).toBe(3)
    expect((await run('--help')).out).toContain('Exit codes')
    expect((await run('pack', '--help')).out).toContain('pack <folder>')
  })
})

function pick(value: Record<string, unknown>, ...keys: string[]): Record<string, unknown> {
  return Object.fromEntries(keys.map((key) => [key, value[key]]))
}
