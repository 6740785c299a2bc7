import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lockDataDirectory, lockFileName } from './data-directory-lock.ts'
import { processStart } from './process-identity.ts'

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'mothership-lock-'))
})
afterEach(() => rm(directory, { recursive: true, force: true }))

const holderOf = async (): Promise<Record<string, unknown>> =>
  JSON.parse(await readFile(join(directory, lockFileName), 'utf8')) as Record<string, unknown>

/** Leaves the lock of a holder who differs from this process as told. */
async function leaveLock(differences: Record<string, unknown>): Promise<Record<string, unknown>> {
  const lock = await lockDataDirectory(directory)
  const holder = { ...(await holderOf()), token: 'a'.repeat(24), ...differences }
  await lock.release()
  await writeFile(join(directory, lockFileName), JSON.stringify(holder))
  return holder
}

async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', ''])
  await new Promise((resolve) => child.once('exit', resolve))
  return child.pid ?? 0
}

describe('the lock of a data directory', () => {
  it('refuses a second server and names the holder', async () => {
    const lock = await lockDataDirectory(directory, { command: 'mothership serve --port 1' })
    await expect(lockDataDirectory(directory)).rejects.toThrow(
      new RegExp(
        `in use by process ${process.pid} \\("mothership serve --port 1", since .*MOTHERSHIP_DATA_DIR`,
      ),
    )
    await lock.release()
    await (await lockDataDirectory(directory)).release()
    expect(await readdir(directory)).toEqual([])
  })

  it('takes over from a process that is gone', async () => {
    await leaveLock({ pid: await deadPid() })
    const lock = await lockDataDirectory(directory)
    expect(await holderOf()).toMatchObject({ pid: process.pid })
    await lock.release()
    expect(await readdir(directory)).toEqual([])
  })

  it('takes over when the pid was given to another process since', async () => {
    await leaveLock({ process_started: 'some earlier time' })
    await (await lockDataDirectory(directory)).release()
  })

  it('goes to one of many who find it stale at the same moment', async () => {
    for (let round = 0; round < 8; round += 1) {
      const token = round.toString(16).padStart(24, '0')
      await leaveLock({ pid: 2 ** 30, token })
      const attempts = await Promise.allSettled(
        Array.from({ length: 12 }, async (_, late) => {
          for (let turn = 0; turn < late * 3; turn += 1) await Promise.resolve()
          return lockDataDirectory(directory)
        }),
      )
      const winners = attempts.filter((attempt) => attempt.status === 'fulfilled')
      expect(winners).toHaveLength(1)
      for (const { value } of winners) await value.release()
    }
  })

  it('takes over from one who died while taking over', async () => {
    const first = await leaveLock({ pid: 2 ** 30 })
    const second = { ...first, token: 'b'.repeat(24) }
    await writeFile(
      join(directory, `${lockFileName}.after-${'a'.repeat(24)}`),
      JSON.stringify(second),
    )
    const lock = await lockDataDirectory(directory)
    expect(await readdir(directory)).toEqual([lockFileName])
    await lock.release()
  })

  it('waits for one who is taking over and is alive, by refusing', async () => {
    const stale = await leaveLock({ pid: 2 ** 30 })
    const alive = {
      ...stale,
      token: 'b'.repeat(24),
      pid: process.pid,
      process_started: await processStart(process.pid),
    }
    await writeFile(
      join(directory, `${lockFileName}.after-${'a'.repeat(24)}`),
      JSON.stringify(alive),
    )
    await expect(lockDataDirectory(directory)).rejects.toThrow('in use by process')
  })

  it('watches a holder whose process it cannot see for a sign of life', async () => {
    await leaveLock({ pid_namespace: 'another container', pid: 1 })
    await (await lockDataDirectory(directory, { silenceMs: 150 })).release()

    await leaveLock({ pid_namespace: 'another container', pid: 1 })
    const text = await readFile(join(directory, lockFileName), 'utf8')
    const heart = setInterval(() => void writeFile(join(directory, lockFileName), text), 20)
    await expect(lockDataDirectory(directory, { silenceMs: 5_000 })).rejects.toThrow('in use by')
    clearInterval(heart)
  })

  it('refuses a lock file that it cannot read, and does not guess', async () => {
    await writeFile(join(directory, lockFileName), '{"pid": 1}')
    await expect(lockDataDirectory(directory)).rejects.toThrow(
      'is not a lock that this server wrote',
    )
  })
})
