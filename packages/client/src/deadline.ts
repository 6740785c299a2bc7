/** A signal that fires when the caller aborts or the time is up, and owns a timer until it is closed. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Whether it was the time, and not the caller. */
  readonly expired: () => boolean
  /** Time left, in milliseconds. */
  readonly remainingMs: () => number
  /** Starts the time again: from now, and so many milliseconds. */
  readonly restart: (ms: number) => void
  /** Stops the time until it is started again. */
  readonly pause: () => void
  /** Lets go of the timer and of the caller's signal; the signal never fires afterwards. */
  readonly close: () => void
}

/** Opens a deadline of `ms` milliseconds under the caller's signal. It must be closed. */
export function openDeadline(ms: number, signal?: AbortSignal): Deadline {
  const controller = new AbortController()
  let expired = false
  const expire = () => {
    expired = true
    controller.abort(new DOMException('The time is up', 'TimeoutError'))
  }
  const follow = () => controller.abort(signal?.reason)
  let timer = setTimeout(expire, ms)
  let endsAt = performance.now() + ms
  const close = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', follow)
  }
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    expired: () => expired,
    remainingMs: () => endsAt - performance.now(),
    restart: (again) => {
      clearTimeout(timer)
      timer = setTimeout(expire, again)
      endsAt = performance.now() + again
    },
    pause: () => clearTimeout(timer),
    close,
  }
}

/** Waits so many milliseconds; rejects with the signal's reason when that fires first. */
export function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer)
      reject(signal.reason as Error)
    }
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop)
      resolve()
    }, ms)
    if (signal.aborted) stop()
    else signal.addEventListener('abort', stop, { once: true })
  })
}
