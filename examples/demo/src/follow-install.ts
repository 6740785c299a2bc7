import type { ProgressEvent } from '@mothership/installer-core'
import type { Progress, RunningStep } from './progress.ts'

const titles: Readonly<Partial<Record<ProgressEvent['stage'], string>>> = {
  resolve: 'Ask the mothership for the release',
  acquire: 'Download the package',
  verify: 'Verify digest, signature and file list',
  permissions: 'Show the permissions and have them approved',
  unpack: 'Unpack beside the final place',
  commit: 'Install by rename',
}

/** Shows the stages of an installation as steps. */
export interface InstallFollower {
  readonly onProgress: (event: ProgressEvent) => void
  /** The step under way, to add a line to. */
  detail(text: string): void
  /** Ends the step under way when the installation has ended. */
  end(ok: boolean): void
}

/** Turns the installer's progress events into printed steps. */
export function followInstall(progress: Progress): InstallFollower {
  let running: RunningStep | undefined
  const end = (ok: boolean): void => {
    running?.end(ok)
    running = undefined
  }
  return {
    onProgress: (event) => {
      const title = titles[event.stage]
      if (title === undefined) return
      if (event.state === 'started') running = progress.begin(title)
      if (event.state === 'advanced' && event.bytes !== undefined) {
        running?.update(`${event.bytes} of ${event.total_bytes ?? '?'} bytes`)
      }
      if (event.state === 'finished') end(true)
    },
    detail: (text) => running?.detail(text),
    end,
  }
}
