import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDirectoryMailer } from '../src/adapters/directory-mailer.ts'
import { systemClock } from '../src/ports/clock.ts'
import { type Logger, silentLogger } from '../src/ports/logger.ts'
import type { Mail, Mailer } from '../src/ports/mailer.ts'
import { mailerConformance } from '../src/testing/mailer-conformance.ts'

describe('the mailer into a directory', () => {
  let directory: string
  let mailer: Mailer
  const logged: unknown[] = []
  const log: Logger = { ...silentLogger, info: (...given: unknown[]) => void logged.push(given) }

  beforeEach(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'mothership-mail-')), 'mail')
    mailer = createDirectoryMailer({ directory, clock: systemClock, log })
    logged.length = 0
  })
  afterEach(() => rm(join(directory, '..'), { recursive: true, force: true }))

  async function arrived(): Promise<Mail[]> {
    const files = await readdir(directory)
    return Promise.all(
      files.map(async (file) => read(await readFile(join(directory, file), 'utf8'))),
    )
  }

  it.each(mailerConformance)('$name', async ({ run }) => {
    await run({ mailer, arrived })
  })

  it('lets nobody else read, and logs neither address nor text', async () => {
    await mailer.send({ to: 'ada@example.org', subject: 'Code', text: 'the-secret-code' })
    const [file = ''] = await readdir(directory)
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await stat(join(directory, file))).mode & 0o777).toBe(0o600)
    expect(JSON.stringify(logged)).not.toMatch(/ada@|the-secret-code/)
    expect(logged).toHaveLength(1)
  })

  it('writes no second header, whatever an address or a subject holds', async () => {
    await mailer.send({ to: 'a@b.c\r\nBcc: x@y.z', subject: 'x\nFrom: y', text: '' })
    const [file = ''] = await readdir(directory)
    const [head = ''] = (await readFile(join(directory, file), 'utf8')).split('\r\n\r\n')
    expect(head).not.toMatch(/^(?:Bcc|From):/m)
  })
})

/** A message as a mail program reads it. */
function read(file: string): Mail {
  const [head = '', body = ''] = file.split('\r\n\r\n')
  const field = (name: string): string => {
    const [, value = ''] = new RegExp(`^${name}: (.*)$`, 'm').exec(head) ?? []
    const [, encoded] = /^=\?utf-8\?B\?(.*)\?=\r?$/.exec(value) ?? []
    return encoded === undefined ? value.trim() : Buffer.from(encoded, 'base64').toString()
  }
  const text = Buffer.from(body.replaceAll('\r\n', ''), 'base64').toString()
  return { to: field('To'), subject: field('Subject'), text }
}
