/** The bytes of an answer, read one piece at a time. */
export interface BodyReader {
  read(): Promise<{ readonly done: boolean; readonly value?: Uint8Array | undefined }>
  cancel(): Promise<void>
}

/**
 * Opens the body of an answer. Where the HTTP library of this Node cannot wait for its reader, the body is read as fast
 * as it comes and held, at most `maxBytes` and one piece of it.
 */
export function openBody(response: Response, maxBytes: number): BodyReader | undefined {
  const reader = response.body?.getReader()
  if (reader === undefined || !mustBeReadAtOnce(response)) return reader
  const pieces: Uint8Array[] = []
  let heldBytes = 0
  let ended = false
  let failure: { readonly error: unknown } | undefined
  let wake: (() => void) | undefined
  const pump = async () => {
    try {
      while (heldBytes <= maxBytes) {
        const { done, value } = await reader.read()
        if (done) break
        pieces.push(value)
        heldBytes += value.length
        wake?.()
      }
    } catch (error) {
      failure = { error }
    }
    ended = true
    wake?.()
  }
  void pump()
  return {
    read: async () => {
      for (;;) {
        const value = pieces.shift()
        if (value !== undefined) return { done: false, value }
        if (failure !== undefined) throw failure.error
        if (ended) return { done: true }
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    cancel: () => reader.cancel(),
  }
}

/**
 * Versions of undici before 8 end the process when a server closes a connection that is not kept alive while the
 * reader of its body is slower than the network (nodejs/undici#5360). Whether it is kept alive must be said outright:
 * of an answer in HTTP/1.0 it cannot be seen.
 */
function mustBeReadAtOnce({ headers }: Response): boolean {
  const undici = typeof process === 'undefined' ? undefined : process.versions?.['undici']
  if (undici === undefined || Number.parseInt(undici, 10) >= 8) return false
  const hasEnd = headers.has('content-length') || headers.has('transfer-encoding')
  return !(hasEnd && /\bkeep-alive\b/i.test(headers.get('connection') ?? ''))
}
