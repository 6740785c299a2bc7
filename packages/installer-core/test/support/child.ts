import { createKeyring } from '@mothership/manifest'
import { createInstaller, InstallerError } from '../../src/index.ts'
import type { ChildTask } from './run-child.ts'
import { createFaultyFileSystem } from './faulty-file-system.ts'
import { createStoredSource } from './stored-source.ts'

// One operation in a process of its own, which is killed before the call that the task names. Answers on standard output.
const task = JSON.parse(process.argv[2] ?? '{}') as ChildTask
const fs = createFaultyFileSystem(({ count }) => {
  if (count === task.killAt) process.kill(process.pid, 'SIGKILL')
})
const installer = createInstaller({
  directory: task.state,
  targets: task.targets,
  source: createStoredSource(task.releases),
  keyring: createKeyring(task.keys),
  approve: async () => ({ approved: true }),
  fs,
})
try {
  const outcome =
    task.action === 'uninstall'
      ? await installer.uninstall(task.item)
      : await installer.install(task.item)
  const said = 'outcome' in outcome ? outcome.outcome : 'uninstalled'
  process.stdout.write(JSON.stringify({ said, calls: fs.calls() }))
} catch (error) {
  if (!(error instanceof InstallerError)) throw error
  process.stdout.write(JSON.stringify({ said: error.code, message: error.message }))
}
