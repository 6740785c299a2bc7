/** One step while it runs. */
export interface RunningStep {
  /** Replaces the running line on a terminal; says nothing elsewhere. */
  update(text: string): void
  /** A line of detail, printed below the step once it has ended. */
  detail(text: string): void
  end(ok: boolean): void
}

/** One step of the way, as it ended. */
export interface StepRecord {
  readonly name: string
  readonly ok: boolean
  readonly details: readonly string[]
}

/** Prints steps one after the other, and remembers them for `--json`. */
export interface Progress {
  readonly records: readonly StepRecord[]
  begin(name: string): RunningStep
  /** Runs one step; an error marks it as failed and is thrown on. */
  step<T>(name: string, run: (step: RunningStep) => Promise<T>): Promise<T>
}

/** `stream` is undefined when nothing is to be printed (`--json`). */
export function createProgress(stream: NodeJS.WriteStream | undefined): Progress {
  const records: StepRecord[] = []
  const live = stream?.isTTY === true

  function begin(name: string): RunningStep {
    const number = String(records.length + 1).padStart(2)
    const details: string[] = []
    const show = (mark: string, text: string): void => {
      stream?.write(`${live ? '\r\u001B[2K' : ''}${number} ${mark} ${text}`)
    }
    if (live) show('…', name)
    return {
      update: (text) => {
        if (live) show('…', `${name}: ${text}`)
      },
      detail: (text) => details.push(text),
      end: (ok) => {
        records.push({ name, ok, details })
        show(ok ? '✓' : '✗', `${name}\n`)
        for (const line of details) stream?.write(`     ${line}\n`)
      },
    }
  }

  async function step<T>(name: string, run: (step: RunningStep) => Promise<T>): Promise<T> {
    const running = begin(name)
    let ok = false
    try {
      const result = await run(running)
      ok = true
      return result
    } finally {
      running.end(ok)
    }
  }

  return { records, begin, step }
}
