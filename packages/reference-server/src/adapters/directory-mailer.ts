import { randomUUID } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../ports/clock.ts'
import type { Logger } from '../ports/logger.ts'
import type { Mailer } from '../ports/mailer.ts'
import { createFile } from './durable-files.ts'

/** Writes each message as a file of mode 0600 into a directory of mode 0700, for a person to read or a program to send. */
export function createDirectoryMailer(options: {
  readonly directory: string
  readonly clock: Clock
  readonly log: Logger
}): Mailer {
  const { directory, clock, log } = options
  return {
    send: async ({ to, subject, text }) => {
      const now = clock.now()
      await mkdir(directory, { recursive: true, mode: 0o700 })
      const file = `${now.toISOString().replaceAll(/[:.]/g, '-')}-${randomUUID().slice(0, 8)}.eml`
      const head = [
        `Date: ${now.toUTCString()}`,
        `To: ${headerText(to)}`,
        `Subject: ${headerText(subject)}`,
        'MIME-Version: 1.0',
        'Content-Type: text/plain; charset=utf-8',
        'Content-Transfer-Encoding: base64',
      ].join('\r\n')
      await createFile(join(directory, file), `${head}\r\n\r\n${inLines(text)}\r\n`)
      // Neither address nor text: a message may hold a way in.
      log.info({ file: join(directory, file) }, 'a message was written, and nobody sends it')
    },
  }
}

/** RFC 5322, 2.2: a field is one line. RFC 2047 beyond ASCII. */
function headerText(text: string): string {
  const line = text.replaceAll(/[\r\n\0]+/g, ' ')
  return /^[\u0020-\u007e]*$/.test(line)
    ? line
    : `=?utf-8?B?${Buffer.from(line).toString('base64')}?=`
}

/** RFC 2045, 6.8: at most 76 characters a line. */
function inLines(text: string): string {
  return (
    Buffer.from(text)
      .toString('base64')
      .match(/.{1,76}/g) ?? []
  ).join('\r\n')
}
