import { createKeyring } from '@mothership/manifest'
import { createHash } from 'node:crypto'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { createInstaller } from '../../src/index.ts'
import type {
  ApprovalRequest,
  ArtifactSource,
  Installer,
  InstallerOptions,
  ProgressEvent,
} from '../../src/index.ts'
import type { Publisher } from './publisher.ts'

/** A host with real directories, trusted keys and an approval screen that says yes unless told otherwise. */
export interface Satellite {
  readonly root: string
  readonly state: string
  readonly skills: string
  readonly plugins: string
  readonly installer: Installer
  readonly options: InstallerOptions
  readonly asked: ApprovalRequest[]
  readonly events: ProgressEvent[]
  /** Everything in the target directories: type, mode and content of every entry. */
  hostTree(): Record<string, string>
  /** What is left in the state directory, relative paths. */
  stateFiles(): string[]
}

export function createSatellite(
  source: ArtifactSource,
  publishers: readonly Publisher[],
  overrides: Partial<InstallerOptions> = {},
): Satellite {
  const root = temporaryDirectory()
  const skills = join(root, 'host', 'skills')
  const plugins = join(root, 'host', 'plugins')
  mkdirSync(skills, { recursive: true })
  mkdirSync(plugins, { recursive: true })
  const state = join(root, 'state')
  const asked: ApprovalRequest[] = []
  const events: ProgressEvent[] = []
  const options: InstallerOptions = {
    directory: state,
    targets: { skill: skills, plugin: plugins },
    source,
    keyring: createKeyring(publishers.map((publisher) => publisher.key)),
    async approve(request) {
      asked.push(request)
      return { approved: true }
    },
    onProgress: (event) => events.push(event),
    clock: { now: () => Date.parse('2026-07-01T00:00:00.000Z') },
    ...overrides,
  }
  return {
    root,
    state,
    skills,
    plugins,
    options,
    installer: createInstaller(options),
    asked,
    events,
    hostTree: () => snapshotTree(join(root, 'host')),
    stateFiles: () => Object.keys(snapshotTree(state)).filter((path) => !path.endsWith('/')),
  }
}

// Flushing to a busy disk is most of the time of these tests; where there is a file system in memory they use that.
const base = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** A directory that goes when the test is over. */
export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(base, 'mothership-installer-'))
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }))
  return directory
}

/** Every entry below a directory with its type, mode and content. */
export function snapshotTree(root: string): Record<string, string> {
  const entries: Record<string, string> = {}
  const visit = (relative: string): void => {
    const names = readdirSync(join(root, relative)).sort()
    for (const name of names) {
      const path = relative === '' ? name : `${relative}/${name}`
      const status = lstatSync(join(root, path))
      const mode = (status.mode & 0o7777).toString(8)
      if (status.isDirectory()) {
        entries[`${path}/`] = `directory ${mode}`
        visit(path)
      } else if (status.isSymbolicLink()) {
        entries[path] = `link ${readlinkSync(join(root, path))}`
      } else {
        const digest = createHash('sha256')
          .update(readFileSync(join(root, path)))
          .digest('hex')
        entries[path] = `file ${mode} ${digest}`
      }
    }
  }
  try {
    visit('')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
  }
  return entries
}
