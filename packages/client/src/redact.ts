/** Takes every credential out of a text. */
export type Redact = (text: string) => string

/** Makes a {@link Redact} for these secrets, in plain and in URL-encoded form. */
export function createRedact(given: readonly (string | undefined)[]): Redact {
  const secrets = given
    .filter((value): value is string => value !== undefined && value !== '')
    .flatMap((value) => [value, encodeURIComponent(value)])
    .sort((a, b) => b.length - a.length)
  return (text) => {
    let clean = text
    for (const secret of secrets) clean = clean.replaceAll(secret, '[redacted]')
    return clean
  }
}

/**
 * The cause of a failure as it may be shown: name, message and system code, redacted. Errors of HTTP libraries hold
 * the request with its headers, so they are never passed on themselves.
 */
export function redactCause(cause: unknown, redact: Redact): Error {
  if (!(cause instanceof Error)) return new Error(redact(String(cause)))
  const inner = cause.cause
  const clean = new Error(
    redact(cause.message),
    inner instanceof Error ? { cause: redactCause(inner, redact) } : undefined,
  )
  clean.name = cause.name
  const code = 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? Object.assign(clean, { code }) : clean
}
