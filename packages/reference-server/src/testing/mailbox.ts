import type { Mail, Mailer } from '../ports/mailer.ts'

/** A mailer whose messages a test reads; nothing leaves it. */
export interface Mailbox extends Mailer {
  /** The next message to this address that was not read yet; waits for it. */
  next(to: string): Promise<Mail>
  /** How many wait to be read. */
  readonly waiting: number
}

/** Makes an empty one. */
export function createMailbox(): Mailbox {
  const unread: Mail[] = []
  const readers: { readonly to: string; readonly take: (mail: Mail) => void }[] = []
  return {
    send: (mail) => {
      const at = readers.findIndex(({ to }) => to === mail.to)
      if (at === -1) unread.push(mail)
      else readers.splice(at, 1)[0]?.take(mail)
      return Promise.resolve()
    },
    next: (to) => {
      const at = unread.findIndex((mail) => mail.to === to)
      const [mail] = at === -1 ? [] : unread.splice(at, 1)
      if (mail !== undefined) return Promise.resolve(mail)
      return new Promise((take) => {
        readers.push({ to, take })
      })
    },
    get waiting() {
      return unread.length
    },
  }
}
