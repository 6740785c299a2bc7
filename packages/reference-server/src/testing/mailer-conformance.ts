import type { Mail, Mailer } from '../ports/mailer.ts'
import type { ConformanceCase } from './blob-store-conformance.ts'

/** A mailer under test, and a way to read what arrived, in any order. */
export interface MailerUnderTest {
  readonly mailer: Mailer
  readonly arrived: () => Promise<readonly Mail[]>
}

const mail: Mail = { to: 'ada@example.org', subject: 'Hello', text: 'One line.\nAnother.\n' }

/** What every Mailer must do: `it.each(mailerConformance)('$name', async ({ run }) => run(await make()))`. */
export const mailerConformance: readonly ConformanceCase<MailerUnderTest>[] = [
  {
    name: 'delivers a message whole, whatever letters it has and however long it is',
    run: async ({ mailer, arrived }) => {
      const long = { ...mail, subject: 'Grüße 👋', text: `${'é'.repeat(5_000)}\n.\n` }
      await mailer.send(long)
      equal(await arrived(), [long])
    },
  },
  {
    name: 'delivers messages that are sent at the same moment, the same one twice too',
    run: async ({ mailer, arrived }) => {
      await Promise.all([mailer.send(mail), mailer.send(mail), mailer.send(mail)])
      equal(await arrived(), [mail, mail, mail])
    },
  },
]

function equal(actual: unknown, expected: unknown): void {
  const [came, wanted] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (came !== wanted)
    throw new Error(`expected ${wanted.slice(0, 500)}, got ${came.slice(0, 500)}`)
}
