import { execFileSync, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

const marketplace = join(import.meta.dirname, '..', 'examples', 'sample-marketplace')

interface Entry {
  name: string
  source: string
  version: string
  description: string
  tags: string[]
}
const { plugins } = readJson(join(marketplace, '.claude-plugin', 'marketplace.json')) as {
  plugins: Entry[]
}

describe('the sample marketplace', () => {
  it('lists every plugin there is, and no other', () => {
    const folders = readdirSync(join(marketplace, 'plugins')).sort()
    expect(plugins.map(({ name }) => name).sort()).toEqual(folders)
  })

  it.each(plugins)('$name says the same in both of its documents', (entry) => {
    const folder = join(marketplace, entry.source)
    const manifest = readJson(join(folder, '.claude-plugin', 'plugin.json'))
    expect(manifest).toMatchObject({
      name: entry.name,
      version: entry.version,
      description: entry.description,
      keywords: entry.tags,
      license: 'MIT',
    })
    expect(readFileSync(join(folder, 'LICENSE'), 'utf8')).toMatch(/^MIT License/)
    expect(entry.description.length).toBeGreaterThanOrEqual(50)
  })

  it.each(skillFiles())('$name is named like its folder and described well enough', (skill) => {
    const text = readFileSync(skill.file, 'utf8')
    expect(text).toMatch(new RegExp(`^---\\nname: ${skill.name}\\ndescription: .{50,1024}\\n`))
  })

  it.each(skillFiles())('$name mentions only files that are there', (skill) => {
    const text = readFileSync(skill.file, 'utf8')
    for (const [path] of text.matchAll(/\b(?:scripts|references|assets)\/[\w.-]+\w/g)) {
      expect(existsSync(join(skill.folder, path)), path).toBe(true)
    }
  })
})

describe('the scripts of the sample plugins', () => {
  let directory: string
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'sample-scripts-'))
  })
  afterAll(() => rmSync(directory, { recursive: true, force: true }))

  it('finds an invoice whose sum and IBAN are wrong, and lets a right one pass', () => {
    const lines = [{ quantity: '20', unit_price: '3.49', amount: '69.80', tax_rate: '19' }]
    const right = { iban: 'DE89370400440532013000', lines, net: '69.80', tax: '13.26' }
    const script = 'invoice-check/skills/checking-invoices/scripts/check-totals.mjs'
    expect(run(script, [write('right.json', { ...right, gross: '83.06' })])).toMatchObject({
      status: 0,
      stdout: 'nothing found\n',
    })
    const wrong = { ...right, iban: 'DE89370400440532013001', gross: '83.60' }
    expect(run(script, [write('wrong.json', wrong)])).toMatchObject({
      status: 1,
      stdout: expect.stringContaining('gross: calculated 83.06, stated 83.60'),
    })
  })

  it('measures contrast without rounding up', () => {
    const script = 'accessibility-audit/skills/auditing-accessibility/scripts/contrast.mjs'
    expect(run(script, ['#000', '#fff']).stdout).toContain('contrast 21.00:1')
    expect(run(script, ['#777777', '#ffffff']).stdout).toMatch(/4\.47:1\ntext AA \(4\.5\) +FAIL/)
  })

  it('sees two date formats in one column', () => {
    const file = join(directory, 'table.csv')
    writeFileSync(file, 'date;town\n2025-01-02;New York\n03.04.2025;new  york\n')
    const { stdout } = run('data-cleaning/skills/cleaning-tables/scripts/profile-csv.mjs', [file])
    expect(stdout).toContain('9999-99-99')
    expect(stdout).toContain('99.99.9999')
    expect(stdout).toContain('differ from another only in case, spaces or dots')
  })

  it('misses no lost placeholder', () => {
    const script = 'translation-review/skills/checking-placeholders/scripts/compare-messages.mjs'
    const source = write('en.json', { hello: 'Hello {name}', bye: 'Bye' })
    const target = write('de.json', { hello: 'Hallo {nam}' })
    expect(run(script, [source, target])).toMatchObject({
      status: 1,
      stdout:
        'hello: placeholder lost: {name}\nhello: placeholder added: {nam}\nbye: missing\n2 messages, 3 findings\n',
    })
  })

  it('groups the commits between two revisions', () => {
    const repository = createRepository('history')
    commit(repository, 'a.txt', 'one', 'Start')
    commit(repository, 'b.txt', 'two', 'feat!: change the format')
    const script = 'release-notes/skills/writing-release-notes/scripts/collect-changes.mjs'
    const { stdout } = run(script, ['HEAD~1'], { cwd: repository })
    expect(JSON.parse(stdout)).toMatchObject({
      subject: 'feat!: change the format',
      group: 'new',
      breaking: true,
      files: 1,
    })
  })

  it('stops a commit that carries a private key, and prints no part of it', () => {
    const repository = createRepository('guarded')
    const header = ['-----BEGIN', 'PRIVATE', 'KEY-----'].join(' ')
    writeFileSync(join(repository, 'key.pem'), `${header}\nsecret-part\n`)
    const guard = (command: string) =>
      run('commit-guard/scripts/check-commit.mjs', [], {
        input: JSON.stringify({ cwd: repository, tool_input: { command } }),
      })
    expect(guard('git status')).toMatchObject({ status: 0 })
    const stopped = guard('git add . && git commit -m x')
    expect(stopped.status).toBe(2)
    expect(stopped.stderr).toContain('key.pem:1: a private key')
    expect(stopped.stderr).not.toContain('secret-part')
  })

  it('answers MCP calls from the notes and nothing outside their folder', () => {
    const notes = mkdtempSync(join(directory, 'notes-'))
    writeFileSync(join(notes, 'garden.md'), '# Garden\nTomatoes go out in May.\n')
    writeFileSync(join(directory, 'outside.md'), 'not yours')
    const call = (id: number, name: string, input: object) =>
      JSON.stringify({ id, method: 'tools/call', params: { name, arguments: input } })
    const { stdout } = run('notes-search/server/main.mjs', [], {
      env: { ...process.env, NOTES_DIRECTORY: notes },
      input: [
        JSON.stringify({ id: 1, method: 'initialize' }),
        call(2, 'search_notes', { query: 'tomatoes may' }),
        call(3, 'read_note', { path: '../outside.md' }),
      ].join('\n'),
    })
    const answers = stdout
      .trim()
      .split('\n')
      .map((line): unknown => JSON.parse(line))
    expect(answers).toMatchObject([
      { id: 1, result: { serverInfo: { name: 'notes-search' } } },
      { id: 2, result: { content: [{ text: 'garden.md\n  2: Tomatoes go out in May.' }] } },
      { id: 3, result: { isError: true } },
    ])
  })

  function write(name: string, value: unknown): string {
    const file = join(directory, name)
    writeFileSync(file, JSON.stringify(value))
    return file
  }

  function createRepository(name: string): string {
    const path = join(directory, name)
    execFileSync('git', ['init', '-q', path])
    return path
  }
})

function skillFiles(): { name: string; folder: string; file: string }[] {
  return plugins.flatMap(({ source }) => {
    const skills = join(marketplace, source, 'skills')
    if (!existsSync(skills)) return []
    return readdirSync(skills).map((name) => {
      const folder = join(skills, name)
      return { name, folder, file: join(folder, 'SKILL.md') }
    })
  })
}

function run(
  script: string,
  args: readonly string[],
  options: { cwd?: string; input?: string; env?: NodeJS.ProcessEnv } = {},
): { status: number | null; stdout: string; stderr: string } {
  return spawnSync(process.execPath, [join(marketplace, 'plugins', script), ...args], {
    encoding: 'utf8',
    timeout: 30_000,
    ...options,
  })
}

function commit(repository: string, file: string, content: string, message: string): void {
  writeFileSync(join(repository, file), content)
  const identity = ['-c', 'user.name=Test', '-c', 'user.email=test@example.com']
  execFileSync('git', ['add', file], { cwd: repository })
  execFileSync('git', [...identity, 'commit', '-q', '--no-verify', '-m', message], {
    cwd: repository,
  })
}

function readJson(file: string): unknown {
  return JSON.parse(readFileSync(file, 'utf8'))
}
