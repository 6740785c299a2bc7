import { execFile } from 'node:child_process'
import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { capabilitiesOf } from '@mothership/manifest'
import { describe, expect, it, onTestFinished } from 'vitest'
import { renderNodePermissionProfile } from '../src/index.ts'
import { createMemorySource } from './support/memory-source.ts'
import { createPublisher, publish, skillFiles } from './support/publisher.ts'
import { createSatellite } from './support/satellite.ts'

const acme = createPublisher('acme', ['acme'])
const skill = { kind: 'skill', slug: 'acme.notes' } as const

// Tries everything a script might want and says what it got.
const script = `
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { execFileSync } from 'node:child_process'
import { connect } from 'node:net'
const [outside, temporary, port] = process.argv.slice(2)
const attempt = async (run) => { try { await run(); return 'yes' } catch (error) { return error.code ?? error.message } }
console.log(JSON.stringify({
  own: await attempt(() => readFileSync(new URL('../SKILL.md', import.meta.url))),
  own_write: await attempt(() => writeFileSync(new URL('../SKILL.md', import.meta.url), 'x')),
  outside: await attempt(() => readFileSync(outside + '/secret')),
  outside_write: await attempt(() => writeFileSync(outside + '/new', 'x')),
  temporary: await attempt(() => writeFileSync(temporary + '/t', 'x')),
  child: await attempt(() => execFileSync('true')),
  network: await attempt(() => new Promise((resolve, reject) => { connect(Number(port), '127.0.0.1').on('connect', function () { this.destroy(); resolve() }).on('error', reject) })),
  fetch: await attempt(() => fetch('http://127.0.0.1:' + port).catch((error) => { throw error.cause?.code === 'ERR_ACCESS_DENIED' || error.cause?.message?.includes('restricted') ? Object.assign(error, { code: 'ERR_ACCESS_DENIED' }) : { code: 'reached' } })),
  variable: process.env.API_TOKEN ?? 'none',
}))
process.exit(0)
`

async function runUnder(permissions: string[]): Promise<Record<string, string>> {
  const files = { ...skillFiles(), 'scripts/try.mjs': script }
  const published = await publish(acme, { ...skill, permissions, files })
  const satellite = createSatellite(createMemorySource(published), [acme])
  const { record } = await satellite.installer.install(skill)
  const outside = join(satellite.root, 'outside')
  const temporary = join(satellite.root, 'temporary')
  mkdirSync(outside)
  mkdirSync(temporary)
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  onTestFinished(() => void server.close())
  await new Promise((resolve) => server.once('listening', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  const profile = renderNodePermissionProfile({
    directory: realpathSync(record.directory),
    capabilities: capabilitiesOf('skill', record.permissions),
    temporaryDirectory: realpathSync(temporary),
    environment: { API_TOKEN: 'secret', NODE_OPTIONS: '--inspect' },
  })
  const entry = join(record.directory, 'scripts/try.mjs')
  const out = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [...profile.args, '--no-warnings', entry, outside, temporary, String(port)],
      { env: profile.env },
      (error, stdout, stderr) => (error === null ? resolve(stdout) : reject(new Error(stderr))),
    )
  })
  expect(existsSync(join(outside, 'new'))).toBe(false)
  expect((await satellite.installer.verify(skill)).intact).toBe(true)
  return JSON.parse(out) as Record<string, string>
}

describe('a script under the rendered Node profile', () => {
  it('[C8] is denied everything that was not granted', async () => {
    expect(await runUnder([])).toEqual({
      own: 'yes',
      own_write: 'ERR_ACCESS_DENIED',
      outside: 'ERR_ACCESS_DENIED',
      outside_write: 'ERR_ACCESS_DENIED',
      temporary: 'ERR_ACCESS_DENIED',
      child: 'ERR_ACCESS_DENIED',
      network: 'ERR_ACCESS_DENIED',
      fetch: 'ERR_ACCESS_DENIED',
      variable: 'none',
    })
  })

  it('[C8] has what was granted, and no more', async () => {
    expect(await runUnder(['fs:tmp', 'network'])).toMatchObject({
      temporary: 'yes',
      network: 'yes',
      outside: 'ERR_ACCESS_DENIED',
      child: 'ERR_ACCESS_DENIED',
    })
  })

  it('names what Node cannot limit precisely', () => {
    const profile = renderNodePermissionProfile({
      directory: '/x',
      capabilities: capabilitiesOf('plugin', [
        'exec:git',
        'network:api.example.com',
        'env:API_TOKEN',
      ]),
      environment: { API_TOKEN: 't', OTHER: 'o' },
      nodeVersion: '26.0.0',
    })
    expect(profile.args).toEqual([
      '--permission',
      '--allow-fs-read=/x',
      '--allow-child-process',
      '--allow-net',
    ])
    expect(profile.env).toEqual({ API_TOKEN: 't' })
    expect(profile.limits).toHaveLength(2)
  })
})
