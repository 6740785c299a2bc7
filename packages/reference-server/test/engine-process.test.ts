import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isRunning, processStart, waitForEnd } from '../src/adapters/process-identity.ts'
import { buildServer, runCommand, startProcess, type ServerProcess } from './server-process.ts'

let home: string
let data: string
const running: ServerProcess[] = []
const start = async (...args: string[]): Promise<ServerProcess> => {
  const server = await startProcess(data, {}, args)
  running.push(server)
  return server
}

beforeAll(async () => {
  await buildServer()
  home = await mkdtemp(join(tmpdir(), 'mothership-process-'))
  data = join(home, '.mothership')
})
afterAll(async () => {
  for (const { child, databasePid } of running) {
    child.kill('SIGKILL')
    if (databasePid > 0 && isRunning(databasePid)) process.kill(databasePid, 'SIGINT')
    await waitForEnd(databasePid, 10_000)
  }
  await rm(home, { recursive: true, force: true })
})

const mothershipOf = async ({ url }: ServerProcess): Promise<unknown> => {
  const answer = await fetch(`${url}/api/v1/marketplace/health`)
  const health = (await answer.json()) as { status: string; mothership_id: string }
  expect(health.status).toBe('ok')
  return health.mothership_id
}
const said = async (server: ServerProcess, words: string): Promise<void> => {
  while (!server.output().includes(words)) {
    await Promise.race([new Promise((resolve) => setTimeout(resolve, 5)), server.ended])
    if (server.child.exitCode !== null)
      throw new Error(`ended without "${words}": ${server.output()}`)
  }
}
const operatorKey = async (): Promise<string> =>
  (await readFile(join(data, 'operator-key'), 'utf8')).trim()
const createPublisher = (url: string, key: string, author_id: string): Promise<Response> =>
  fetch(`${url}/api/v1/publishers`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-api-key': key },
    body: JSON.stringify({ author_id, display_name: author_id, namespaces: [author_id] }),
  })

/** A marketplace of one plugin with one skill. */
async function writeMarketplace(directory: string): Promise<string> {
  const skill = join(directory, 'plugins', 'greeter', 'skills', 'greet')
  await mkdir(skill, { recursive: true })
  await mkdir(join(directory, '.claude-plugin'))
  await writeFile(
    join(directory, '.claude-plugin', 'marketplace.json'),
    JSON.stringify({
      name: 'tiny',
      owner: { name: 'Tiny' },
      plugins: [{ name: 'greeter', source: './plugins/greeter', description: 'Greets people.' }],
    }),
  )
  await writeFile(
    join(skill, 'SKILL.md'),
    '---\nname: greet\ndescription: Greets people by name.\n---\n\nSay hello.\n',
  )
  return directory
}

describe('the server as a process', () => {
  it('[M5] starts from nothing, lets one server in, ends without a trace, and has everything at its next start', async () => {
    const marketplace = await writeMarketplace(join(home, 'marketplace'))
    const first = await start('--import', marketplace)
    const id = await mothershipOf(first)
    await said(first, 'marketplace imported')
    expect((await stat(data)).mode & 0o777).toBe(0o700)
    expect((await stat(join(data, 'operator-key'))).mode & 0o777).toBe(0o600)
    expect(JSON.parse(await readFile(join(data, 'engine.json'), 'utf8'))).toMatchObject({
      engine: 'embedded',
    })
    const key = await operatorKey()
    expect((await createPublisher(first.url, key, 'kept')).status).toBe(201)

    const second = await runCommand(['serve'], { PORT: '0', MOTHERSHIP_DATA_DIR: data })
    expect(second.code).toBe(1)
    expect(second.output).toContain(`in use by process ${first.pid}`)
    await mothershipOf(first)

    first.child.kill('SIGTERM')
    expect(await first.ended).toBe(0)
    expect(await processStart(first.databasePid)).toBeUndefined()
    expect(existsSync(join(data, 'server.lock'))).toBe(false)
    expect(first.output()).toContain(`${first.url}/docs`)
    expect(first.output()).not.toContain(key)

    const third = await start('--import', marketplace)
    await said(third, 'marketplace unchanged')
    expect(await mothershipOf(third)).toBe(id)
    expect(await operatorKey()).toBe(key)
    const kept = await fetch(`${third.url}/api/v1/publishers/kept/keys`)
    expect(kept.status).toBe(200)
    third.child.kill('SIGINT')
    expect(await third.ended).toBe(0)
  })

  it('[M5] loses nothing acknowledged to kill -9 under writes, and the next start adopts the database', async () => {
    const first = await start()
    const key = await operatorKey()
    const acknowledged: string[] = []
    const write = async (lane: number): Promise<void> => {
      for (let number = 0; ; number += 1) {
        const name = `author-${lane}-${number}`
        const { status } = await createPublisher(first.url, key, name)
        if (status === 201) acknowledged.push(name)
        if (acknowledged.length === 40) first.child.kill('SIGKILL')
      }
    }
    await Promise.allSettled([0, 1, 2, 3].map(write)) // They end when nobody answers any more.
    expect(await first.ended).toBe('SIGKILL')
    expect(isRunning(first.databasePid)).toBe(true)

    const second = await start()
    expect(second.databasePid).toBe(first.databasePid)
    expect(second.output()).toContain('adopted the database')
    const lost: string[] = []
    for (const name of acknowledged) {
      const { status } = await fetch(`${second.url}/api/v1/publishers/${name}/keys`)
      if (status !== 200) lost.push(name)
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(40)
    expect(lost).toEqual([])
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    expect(await processStart(first.databasePid)).toBeUndefined()
  })

  it('finishes a request that is under way when it is told to stop, and takes no new one', async () => {
    const server = await start()
    const body = JSON.stringify({ author_id: 'late', display_name: 'Late', namespaces: ['late'] })
    const late = request(`${server.url}/api/v1/publishers`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-api-key': await operatorKey(),
      },
    })
    const answered = new Promise<number>((resolve, reject) => {
      late.once('response', (response) => resolve(response.resume().statusCode ?? 0))
      late.once('error', reject)
    })
    late.write(body.slice(0, 20))
    await mothershipOf(server) // By now the request has arrived.
    server.child.kill('SIGTERM')
    await said(server, 'stopping')
    await expect(fetch(`${server.url}/api/v1/marketplace/health`)).rejects.toThrow()
    late.end(body.slice(20))
    expect(await answered).toBe(201)
    expect(await server.ended).toBe(0)
  })

  it('stops at once when told a second time, and the database ends by itself', async () => {
    const server = await start()
    const stuck = request(`${server.url}/api/v1/publishers`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': 100,
        'x-api-key': await operatorKey(),
      },
    })
    stuck.on('error', () => undefined)
    stuck.write('{')
    await mothershipOf(server)
    server.child.kill('SIGINT')
    await said(server, 'stopping')
    const again = setInterval(() => server.child.kill('SIGINT'), 300)
    expect(await server.ended).toBe(130)
    clearInterval(again)
    expect(await waitForEnd(server.databasePid, 10_000)).toBe(true)
  })

  it('says everything that is wrong with its configuration at once, and starts nothing', async () => {
    const { code, output } = await runCommand(['bogus', '--import', '/nowhere', '--port', 'x'], {
      S3_BUCKET: 'b',
      MOTHERSHIP_DATA_DIR: join(home, 'unborn'),
    })
    expect(code).toBe(2)
    for (const word of ['bogus', '/nowhere', 'PORT', 'S3_BUCKET']) expect(output).toContain(word)
    expect(existsSync(join(home, 'unborn'))).toBe(false)
  })

  it('refuses a directory that holds other things, and leaves its mode alone', async () => {
    const other = join(home, 'documents')
    await mkdir(other, { mode: 0o755 })
    await writeFile(join(other, 'letter.txt'), '')
    const { code, output } = await runCommand(['serve'], { PORT: '0', MOTHERSHIP_DATA_DIR: other })
    expect(code).toBe(1)
    expect(output).toContain('letter.txt')
    expect((await stat(other)).mode & 0o777).toBe(0o755)
  })

  it('tells its version and its flags', async () => {
    expect((await runCommand(['--version'])).output).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect((await runCommand(['--help'])).output).toContain('--import PATH')
  })
})
