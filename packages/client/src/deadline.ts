/** A signal that fires when the caller aborts or the time is up, and owns a timer until it is closed. */
export interface Deadline {
  readonly signal: AbortSignal
  /** Whether it was the time, and not the caller. */
  readonly expired: () => boolean
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
  const close = () => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', follow)
  }
  if (signal?.aborted) follow()
  else signal?.addEventListener('abort', follow, { once: true })
  return {
    signal: controller.signal,
    expired: () => expired,
    restart: (again) => {
      clearTimeout(timer)
      timer = setTimeout(expire, again)
    },
    pause: () => clearTimeout(timer),
    close,
  }
}
