import { execFile, spawn } from 'node:child_process'
import { existsSync } from 'node:fs'
import {
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { sql } from 'drizzle-orm'
import { Client } from 'pg'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findBinaries, restoreLibraryLinks } from '../src/adapters/embedded-postgres/binaries.ts'
import {
  openEmbeddedPostgres,
  startCluster,
  type OpenEmbeddedDatabase,
} from '../src/adapters/embedded-postgres/index.ts'
import { chooseRunAs } from '../src/adapters/embedded-postgres/run-as.ts'
import { openData } from '../src/adapters/open-data.ts'
import { processStart, waitForEnd } from '../src/adapters/process-identity.ts'
import { silentLogger } from '../src/ports/logger.ts'

// mkdtemp makes 0700 directories: when root runs this, the database's user may not enter them.
let home: string
let directory: string
let database: OpenEmbeddedDatabase | undefined
const open = async (): Promise<OpenEmbeddedDatabase> => {
  database = await openEmbeddedPostgres({ directory })
  return database
}

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'mothership-engine-'))
  directory = join(home, 'data', 'postgres')
  await (await open()).migrate()
})
afterAll(async () => {
  await database?.close()
  await rm(home, { recursive: true, force: true })
})

describe('the embedded database', () => {
  it('[M5] needs no server and no port, writes durably, and lets only its owner in', async () => {
    const { db } = database ?? (await open())
    const { rows } = await db.execute(
      sql`select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commit,
        current_setting('full_page_writes') as pages, current_setting('listen_addresses') as addresses,
        current_setting('data_checksums') as checksums, current_setting('server_version_num')::int / 10000 as major,
        (select rolsuper or rolcreaterole from pg_roles where rolname = current_user) as mighty`,
    )
    expect(rows).toEqual([
      {
        fsync: 'on',
        commit: 'on',
        pages: 'on',
        addresses: '',
        checksums: 'on',
        major: (await findBinaries()).major,
        mighty: false,
      },
    ])
    await expect(db.execute(sql`select pg_read_file('/etc/passwd')`)).rejects.toThrow()
    expect((await stat(directory)).mode & 0o777).toBe(0o700)
    expect((await stat(join(home, 'data'))).mode & 0o777).toBe(0o700)
  })

  it.skipIf(process.platform !== 'linux')(
    'runs in a session of its own, not as root, and passes nothing secret on its command line',
    async () => {
      const { pid } = (database ?? (await open())).cluster
      const status = await readFile(`/proc/${pid}/status`, 'utf8')
      const [, uid] = /^Uid:\s+(\d+)/m.exec(status) ?? []
      expect(uid).not.toBe('0')
      const fields = (await readFile(`/proc/${pid}/stat`, 'utf8')).split(') ')[1]?.split(' ') ?? []
      expect(fields[3]).toBe(String(pid)) // The session's leader.
      expect(await readFile(`/proc/${pid}/cmdline`, 'utf8')).not.toMatch(/password/i)
    },
  )

  it('ends with its close, and has the data at its next start', async () => {
    const first = database ?? (await open())
    await first.db.execute(sql`insert into mothership_facts (name, value) values ('kept', '1')`)
    await first.close()
    expect(await processStart(first.cluster.pid)).toBeUndefined()
    expect(existsSync(join(directory, 'postmaster.pid'))).toBe(false)

    const second = await open()
    expect(second.cluster).toMatchObject({ created: false, adopted: false })
    const { rows } = await second.db.execute(sql`select from mothership_facts where name = 'kept'`)
    expect(rows).toHaveLength(1)
    await second.close()
  })

  it('starts after a power cut: a pid file whose process is gone, or is another program now', async () => {
    const first = await open()
    await first.db.execute(sql`insert into mothership_facts (name, value) values ('cut', '1')`)
    process.kill(first.cluster.pid, 'SIGKILL')
    await waitForEnd(first.cluster.pid, 10_000)
    await first.close()
    // PostgreSQL itself minds such a process only when it belongs to the same user.
    const { uid, gid } = await stat(directory)
    const other = spawn('sleep', ['60'], process.getuid?.() === 0 ? { uid, gid } : {})
    for (const name of ['postmaster.pid', '.s.PGSQL.5432.lock']) {
      const file = join(directory, name)
      const [, ...rest] = (await readFile(file, 'utf8')).split('\n')
      await writeFile(file, [other.pid, ...rest].join('\n'))
    }

    const second = await open()
    expect(second.cluster.adopted).toBe(false)
    const { rows } = await second.db.execute(sql`select from mothership_facts where name = 'cut'`)
    expect(rows).toHaveLength(1)
    other.kill()
    await second.close()
  })

  it('puts the socket under the temporary folder, closed to others, when its own path is too long', async () => {
    const deep = join(home, 'a-rather-long-name-'.repeat(5), 'postgres')
    await mkdir(join(deep, '..'), { mode: 0o700 })
    await rename(directory, deep)
    const cluster = await startCluster({ directory: deep })
    const { host = '' } = cluster.connection
    expect(host.startsWith(tmpdir())).toBe(true)
    expect((await stat(host)).mode & 0o777).toBe(0o700)
    const client = new Client({ ...cluster.connection, database: 'mothership' })
    await client.connect()
    await client.end()
    await cluster.stop()
    expect(existsSync(host)).toBe(false)
    await rename(deep, directory)
  })

  it.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
    'runs as root too where the unprivileged user cannot reach the binaries, with one capability to read past that',
    async () => {
      const cluster = await startCluster({ directory, runAs: { forceCapability: true } })
      const status = await readFile(`/proc/${cluster.pid}/status`, 'utf8')
      expect(status).toMatch(/^CapEff:\s+0*4$/m) // CAP_DAC_READ_SEARCH, and nothing else, to be had either:
      expect(status).toMatch(/^CapBnd:\s+0*4$/m)
      expect(status).toMatch(/^NoNewPrivs:\s+1$/m)
      await cluster.stop()
    },
  )

  it.skipIf(process.getuid?.() !== 0 || !existsSync('/usr/bin/setpriv'))(
    'makes a cluster as root from an installation below a directory that only root may enter',
    async () => {
      const closed = await mkdtemp(join(tmpdir(), 'mothership-closed-')) // 0700, and root's
      const { postgres } = await findBinaries()
      await promisify(execFile)('cp', ['-aL', dirname(dirname(postgres)), closed])
      const bin = join(closed, 'native', 'bin')
      const cluster = join(closed, 'cluster')
      const runAs = await chooseRunAs({ postgres: join(bin, 'postgres'), cluster })
      await mkdir(cluster, { mode: 0o700 })
      await chown(cluster, runAs.user?.uid ?? 0, runAs.user?.gid ?? 0)
      const args = ['-D', runAs.clusterPath(cluster), '--no-sync', '--auth=trust']
      const { file, args: all, identity } = runAs.command(join(bin, 'initdb'), args)
      await promisify(execFile)(file, all, { ...identity, cwd: cluster })
      expect(await readdir(cluster)).toContain('PG_VERSION')
      await rm(closed, { recursive: true })
    },
  )

  it('refuses data of another major version, and data of another engine', async () => {
    const other = join(home, 'older')
    await mkdir(join(other, 'postgres'), { recursive: true })
    await writeFile(join(other, 'postgres', 'PG_VERSION'), '17\n')
    const start = openData(other, { engine: 'embedded' }, silentLogger)
    await expect(start).rejects.toThrow(/major version 17.*not part of this version yet/)
    const pglite = openData(join(home, 'data'), { engine: 'pglite' }, silentLogger)
    await expect(pglite).rejects.toThrow(/start without MOTHERSHIP_ENGINE=pglite/)
    expect(await readdir(other)).toEqual(['postgres'])
  })

  it('names the ways out when there is no binary for the platform', async () => {
    await expect(findBinaries('@embedded-postgres/plan9-z80')).rejects.toThrow(
      /MOTHERSHIP_ENGINE=pglite.*DATABASE_URL/,
    )
  })

  it('puts back library links that an install without scripts lacks, or says that it cannot', async () => {
    const root = join(home, 'package')
    const library = join(root, 'native', 'lib')
    await mkdir(library, { recursive: true })
    await writeFile(join(library, 'libx.so.1.2'), 'x')
    await symlink('libx.so.1.2', join(library, 'libx.so'))
    await writeFile(
      join(root, 'native', 'pg-symlinks.json'),
      JSON.stringify(
        ['libx.so', 'libx.so.1'].map((name) => ({
          source: 'native/lib/libx.so.1.2',
          target: `native/lib/${name}`,
        })),
      ),
    )
    expect(await restoreLibraryLinks(root)).toBe(1)
    expect(await readFile(join(library, 'libx.so.1'), 'utf8')).toBe('x')
    expect(await restoreLibraryLinks(root)).toBe(0)

    if (process.getuid?.() === 0) return // Root may write anywhere.
    await rm(join(library, 'libx.so'))
    await chmod(library, 0o500)
    await expect(restoreLibraryLinks(root)).rejects.toThrow(/libx\.so.*install scripts/)
    await chmod(library, 0o700)
  })
})
