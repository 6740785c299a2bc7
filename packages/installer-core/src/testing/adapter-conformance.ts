import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { lstatSync, readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Installer } from '../create-installer.ts'
import type { ItemKey } from '../ports/install-ledger.ts'

/** What a case works on: an installer with the adapter, a source that has two versions of an item, a host. */
export interface AdapterFixture {
  readonly item: ItemKey
  /** Versions of the item in the source, older first. */
  readonly versions: readonly [string, string]
  readonly installer: Installer
  /** The directory that holds everything the adapter may touch. */
  readonly host: string
  /** A file of the host that the adapter edits and its user may edit too, if there is one; text with lines. */
  readonly hostFile?: string | undefined
  /** Makes an installer over the same state and host whose disk fails for good from the given call on. */
  dying(call: number): Installer
}

/** One thing every kind adapter must do under the pipeline. */
export interface AdapterCase {
  /** A sentence, for the test's name. */
  readonly name: string
  /** Rejects when the adapter does not do it. */
  run(fixture: AdapterFixture): Promise<void>
}

// A few places in each action; the sweeps over all calls are tests of the pipeline.
const step = 23

/** What every kind adapter must do; run each case on a new fixture with nothing installed. */
export const adapterConformance: readonly AdapterCase[] = [
  {
    name: 'installs, verifies, and uninstalls to a byte-identical host',
    async run({ installer, item, host }) {
      const before = snapshot(host)
      await installer.install(item)
      assert.equal((await installer.verify(item)).intact, true)
      assert.notDeepEqual(snapshot(host), before)
      await installer.uninstall(item)
      assert.deepEqual(snapshot(host), before)
    },
  },
  {
    name: 'updates to the newer version and leaves nothing of the older one',
    async run({ installer, item, versions, host }) {
      await installer.install({ ...item, version: versions[1] })
      const direct = snapshot(host)
      await installer.uninstall(item)
      await installer.install({ ...item, version: versions[0] })
      await installer.update({ ...item, version: versions[1] })
      assert.deepEqual(snapshot(host), direct)
      assert.equal((await installer.update(item)).outcome, 'unchanged')
    },
  },
  {
    name: 'disables and enables without a trace',
    async run({ installer, item, host }) {
      const before = snapshot(host)
      await installer.install(item)
      const installed = snapshot(host)
      await installer.disable(item)
      assert.notDeepEqual(snapshot(host), installed)
      assert.equal((await installer.verify(item)).intact, true)
      await installer.enable(item)
      assert.deepEqual(snapshot(host), installed)
      await installer.disable(item)
      await installer.uninstall(item)
      assert.deepEqual(snapshot(host), before)
    },
  },
  {
    name: "[TI9] [TI10] keeps its user's edits and foreign files",
    async run({ installer, item, versions, hostFile }) {
      await installer.install({ ...item, version: versions[0] })
      const [record] = await installer.list()
      assert.ok(record !== undefined)
      const foreign = join(record.directory, 'of-the-user.txt')
      writeFileSync(foreign, 'mine')
      if (hostFile !== undefined) {
        const text = readFileSync(hostFile, 'utf8')
        writeFileSync(hostFile, text.replace('\n', ' // of the user\n'))
      }
      await installer.update({ ...item, version: versions[1] })
      await installer.uninstall(item)
      assert.equal(readFileSync(foreign, 'utf8'), 'mine')
      if (hostFile !== undefined) {
        assert.ok(readFileSync(hostFile, 'utf8').includes('// of the user'))
      }
    },
  },
  {
    name: '[TI3] [X6] ends as old or new wherever an install, update or uninstall stops',
    async run(fixture) {
      const { installer, item, versions, host } = fixture
      const [older, newer] = versions.map((version) => ({ ...item, version }))
      assert.ok(older !== undefined && newer !== undefined)
      const empty = snapshot(host)
      await installer.install(older)
      const first = snapshot(host)
      await installer.update(newer)
      const second = snapshot(host)
      await installer.uninstall(item)
      const actions = [
        {
          before: empty,
          after: first,
          run: (by: Installer) => by.install(older),
          redo: () => installer.install(older),
        },
        {
          before: first,
          after: second,
          run: (by: Installer) => by.update(newer),
          redo: () => installer.update(newer),
        },
        {
          before: second,
          after: empty,
          run: (by: Installer) => by.uninstall(item),
          redo: () => installer.uninstall(item),
        },
      ]
      for (const action of actions) {
        for (let call = 1; ; call += step) {
          const finished = await action.run(fixture.dying(call)).then(
            () => true,
            () => false,
          )
          await installer.recover()
          const now = JSON.stringify(snapshot(host))
          const done = now === JSON.stringify(action.after)
          assert.ok(done || now === JSON.stringify(action.before), `mixed state at call ${call}`)
          if (finished || done) break
        }
        if (JSON.stringify(snapshot(host)) !== JSON.stringify(action.after)) await action.redo()
        assert.deepEqual(snapshot(host), action.after)
      }
    },
  },
]

function snapshot(root: string): Record<string, string> {
  const entries: Record<string, string> = {}
  for (const name of readdirSync(root, { recursive: true, encoding: 'utf8' }).sort()) {
    const path = join(root, name)
    const status = lstatSync(path)
    const mode = (status.mode & 0o777).toString(8)
    if (status.isDirectory()) entries[name] = `directory ${mode}`
    else if (status.isSymbolicLink()) entries[name] = `link ${readlinkSync(path)}`
    else {
      const digest = createHash('sha256').update(readFileSync(path)).digest('hex')
      entries[name] = `file ${mode} ${digest}`
    }
  }
  return entries
}
