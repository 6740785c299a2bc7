import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createMothership, type PackageRef } from '@mothership/client'
import { downloadToFile, type DownloadProgress } from '@mothership/client/node'
import { breakDownloads } from './broken-downloads.ts'
import { etagOf, sendPackage } from './faulty-packages.ts'
import { openLoopbackServer } from './loopback-server.ts'

const content = randomBytes(300_000)
const digest = etagOf(content).slice(1, -1)
const item: PackageRef = { kind: 'skill', slug: 'tools.sorter', version: '1.2.0' }
const child = join(import.meta.dirname, 'fixtures', 'download-until-killed.ts')

let directory = ''
let file = ''
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'download-to-file-'))
  file = join(directory, 'package.tar.gz')
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const open = (url: string) => createMothership({ env: {}, url, retries: 0 }).releases

/** A server that hangs after so many bytes of its first answer, and counts what it was asked for. */
async function openHanging(length: number) {
  const server = await openLoopbackServer((request, response) => {
    if (server.requests.length > 1) return sendPackage(request, response, content)
    response.writeHead(200, { etag: etagOf(content), 'content-length': content.length })
    response.write(content.subarray(0, length))
    return undefined
  })
  return server
}

describe('a download to a file', () => {
  it('[TC4] [TC5] [TC6] is right or not there, whatever the server does, over 40 broken ones', async () => {
    const tally = await breakDownloads(40, 7)
    expect(tally.whole).toBe(40)
    expect(tally.refused).toBeGreaterThan(5)
    expect(tally.resumed).toBeGreaterThan(5)
  })

  it('tells its progress and appears whole', async () => {
    await using server = await openLoopbackServer((request, response) =>
      sendPackage(request, response, content),
    )
    const told: DownloadProgress[] = []
    const done = await downloadToFile(open(server.url), item, join(directory, 'a', 'b.tgz'), {
      onProgress: (progress) => told.push(progress),
    })
    expect(done).toMatchObject({ size: content.length, sha256: digest, resumed_from: 0 })
    expect(told.at(-1)).toEqual({ received: 300_000, total: 300_000, resumed_from: 0 })
    expect(await readdir(join(directory, 'a'))).toEqual(['b.tgz'])
    expect((await readFile(done.file)).equals(content)).toBe(true)
  })

  it('goes on where a killed process stopped', async () => {
    await using server = await openHanging(120_000)
    await killWhenReceived(server.url, 120_000)
    expect(existsSync(file)).toBe(false)
    const done = await downloadToFile(open(server.url), { ...item, package_sha256: digest }, file)
    expect(done.resumed_from).toBe(120_000)
    expect((await readFile(file)).equals(content)).toBe(true)
    expect(server.requests[1]?.headers).toMatchObject({
      range: 'bytes=120000-',
      'if-range': etagOf(content),
    })
    expect(await readdir(directory)).toEqual(['package.tar.gz'])
  })

  it('[TC5] starts again when somebody changed what was there', async () => {
    await using server = await openHanging(120_000)
    await stopWhenReceived(server.url, 120_000)
    await spoilPart((bytes) => bytes.fill(0, 1000, 1001))
    const done = await downloadToFile(open(server.url), item, file)
    expect(done.resumed_from).toBe(0)
    expect((await readFile(file)).equals(content)).toBe(true)
    expect(server.requests).toHaveLength(3)
    expect(await readdir(directory)).toEqual(['package.tar.gz'])
  })

  it('starts again when more is there than there should be', async () => {
    await using server = await openHanging(120_000)
    await stopWhenReceived(server.url, 120_000)
    await spoilPart(() => Buffer.concat([content, Buffer.from('more')]))
    expect(await downloadToFile(open(server.url), item, file)).toMatchObject({ resumed_from: 0 })
    expect((await readFile(file)).equals(content)).toBe(true)
  })

  it('needs no request when all bytes are there and only the rename was missing', async () => {
    await using server = await openHanging(120_000)
    await stopWhenReceived(server.url, 120_000)
    await spoilPart(() => content)
    expect(await downloadToFile(open(server.url), item, file)).toMatchObject({
      resumed_from: 300_000,
    })
    expect(server.requests).toHaveLength(1)
  })

  it('[TC4] starts again from 0 when the package changed in the meantime', async () => {
    const other = randomBytes(100_000)
    await using server = await openLoopbackServer((request, response) => {
      if (server.requests.length > 1) return sendPackage(request, response, other)
      response.writeHead(200, { etag: etagOf(content), 'content-length': content.length })
      response.write(content.subarray(0, 120_000))
      return undefined
    })
    await stopWhenReceived(server.url, 120_000)
    expect(await downloadToFile(open(server.url), item, file)).toMatchObject({ resumed_from: 0 })
    expect((await readFile(file)).equals(other)).toBe(true)
  })

  it('refuses a package that nobody names a digest of', async () => {
    await using server = await openLoopbackServer((_, response) => {
      response.writeHead(200).end(content)
    })
    await expect(downloadToFile(open(server.url), item, file)).rejects.toMatchObject({
      code: 'package_mismatch',
    })
    expect(await readdir(directory)).toEqual([])
  })

  it('does not touch the part of a download that still runs', async () => {
    await using server = await openHanging(120_000)
    const running = fork(child, [server.url, file], { execArgv })
    try {
      await received(running, 120_000)
      const done = await downloadToFile(open(server.url), item, file)
      expect(done.resumed_from).toBe(0)
      expect(await readdir(directory)).toHaveLength(2)
    } finally {
      running.kill('SIGKILL')
    }
  })
})

const execArgv = ['--conditions=@mothership/source', '--no-warnings']

async function killWhenReceived(url: string, length: number): Promise<void> {
  const running = fork(child, [url, file], { execArgv })
  await received(running, length)
  const ended = new Promise((resolve) => running.once('exit', resolve))
  running.kill('SIGKILL')
  await ended
}

/** The same within this process: the download is cancelled. */
async function stopWhenReceived(url: string, length: number): Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  const onProgress = ({ received }: DownloadProgress) => {
    if (received === length) controller.abort(new Error('stopped'))
  }
  const stopped = downloadToFile(open(url), item, file, { signal, onProgress })
  await expect(stopped).rejects.toThrow('stopped')
}

function received(running: ChildProcess, length: number): Promise<void> {
  return new Promise((resolve, reject) => {
    running.on('message', (count) => count === length && resolve())
    running.once('exit', (code) => reject(new Error(`the child ended with ${code}`)))
  })
}

async function spoilPart(change: (bytes: Buffer) => Buffer): Promise<void> {
  const [name = ''] = (await readdir(directory)).filter((one) => one.endsWith('.part'))
  const path = join(directory, name)
  expect((await stat(path)).size).toBe(120_000)
  await writeFile(path, change(await readFile(path)))
}
