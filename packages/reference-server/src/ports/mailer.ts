/** A message to one person. */
export interface Mail {
  readonly to: string
  readonly subject: string
  /** Plain text; lines end in a line feed. */
  readonly text: string
}

/** Sends mail. Resolves once somebody else has taken the message over, or it lies on a disk; rejects otherwise. */
export interface Mailer {
  send(mail: Mail): Promise<void>
}
