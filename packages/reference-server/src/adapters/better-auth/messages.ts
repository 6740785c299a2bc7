import type { Mail } from '../../ports/mailer.ts'

/** The message that proves an address: whoever opens its link has it. */
export function verificationMessage(to: string, link: string): Mail {
  return {
    to,
    subject: 'Confirm your address',
    text: `Somebody, most likely you, made an account with this address. Open this link within an hour to confirm it:

${link}

If it was not you, do nothing: without the link the account stays closed.
`,
  }
}

/** The message that lets somebody choose a new password. */
export function resetMessage(to: string, token: string, origin: string): Mail {
  return {
    to,
    subject: 'Choose a new password',
    text: `Somebody asked for a new password for the account with this address at ${origin}. The code is good for one hour and for one use:

${token}

Send it with the new password to ${origin}/api/v1/auth/reset-password, as { "token": …, "newPassword": … }.
If it was not you, do nothing: the password stays as it is.
`,
  }
}
