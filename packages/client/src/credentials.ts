import type { MothershipConfig } from './config.ts'
import type { Emit } from './events.ts'
import { MothershipError } from './errors.ts'
import { createRedact, type Redact, redactCause } from './redact.ts'

/** The credentials of one endpoint: the headers that carry them, their renewal, and how they are kept out of texts. */
export interface CredentialHolder {
  readonly headers: () => Readonly<Record<string, string>>
  readonly accessToken: () => string | undefined
  /** Whether there may be another access token than this one. */
  readonly mayRenew: (refused: string | undefined) => boolean
  /**
   * After a 401: answers whether there is another access token than the one that was refused. Asks the host for one
   * at most once at a time, however many calls wait.
   */
  readonly renew: (refused: string | undefined, signal: AbortSignal) => Promise<boolean>
  readonly redact: Redact
}

/** Access tokens that are still cut out of texts after they were renewed; older ones have expired long ago. */
const rememberedTokens = 5

/** Makes the holder of a configuration's credentials. */
export function holdCredentials(
  config: Pick<MothershipConfig, 'credentials' | 'refreshAccessToken'>,
  emit: Emit,
): CredentialHolder {
  const { token, apiKey } = config.credentials
  const { refreshAccessToken } = config
  let { accessToken } = config.credentials
  let accessTokens = [accessToken]
  let redact = createRedact([token, apiKey, accessToken])
  let renewal: Promise<void> | undefined

  const ask = async (refresh: NonNullable<typeof refreshAccessToken>) => {
    try {
      // Not the signal of one call: others wait for the same token.
      const next = await refresh(AbortSignal.timeout(30_000))
      emit({ type: 'refresh', renewed: next !== undefined })
      if (next === undefined) return
      accessTokens = [next, ...accessTokens].slice(0, rememberedTokens)
      redact = createRedact([token, apiKey, ...accessTokens])
      accessToken = next
    } catch (error) {
      emit({ type: 'refresh', renewed: false })
      throw new MothershipError(
        'invalid_credential',
        'The access token was refused, and asking for a new one failed. Sign in again.',
        { status: 401, cause: redactCause(error, redact) },
      )
    } finally {
      renewal = undefined
    }
  }

  return {
    headers: () => ({
      ...(token === undefined ? {} : { 'x-api-token': token }),
      ...(apiKey === undefined ? {} : { 'x-api-key': apiKey }),
      ...(accessToken === undefined ? {} : { authorization: `Bearer ${accessToken}` }),
    }),
    accessToken: () => accessToken,
    mayRenew: (refused) => accessToken !== refused || refreshAccessToken !== undefined,
    renew: async (refused, signal) => {
      if (accessToken !== refused) return true
      if (refreshAccessToken === undefined) return false
      renewal ??= ask(refreshAccessToken)
      await unlessAborted(renewal, signal)
      return accessToken !== refused
    },
    redact: (text) => redact(text),
  }
}

/** Waits, but no longer than the signal lets it. */
export async function unlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return promise
  let stop: (() => void) | undefined
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    if (stop !== undefined) signal.removeEventListener('abort', stop)
  }
}
