// Installs and unpacking against what people use today: `pnpm bench install`. On a real disk, peers in turns, medians.
import { createHash, randomBytes } from 'node:crypto'
import { execFile, execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { Worker } from 'node:worker_threads'
import { createInstaller, unpackArchive } from '@mothership/installer-core'
import type { ArtifactRelease, Installer } from '@mothership/installer-core'
import { createKeyring, createSigner, generateKeyPair, signManifest } from '@mothership/manifest'
import type { JsonValue, KeyRecord, UnsignedManifest } from '@mothership/manifest'
import { packFiles } from '@mothership/manifest/archive'
import pacote from 'pacote'
import { extract } from 'tar'

interface Result {
  name: string
  unit: string
  ours: number
  peers: Record<string, number>
  ratios: Record<string, number>
}

interface Sample {
  readonly name: string
  readonly rounds: number
  readonly archive: string
  /** The same files below `package/`, as pacote and npm want them. */
  readonly npmArchive: string
  readonly release: ArtifactRelease
  readonly url: string
  readonly npmUrl: string
  readonly integrity: string
  readonly sha256: string
}

const run = promisify(execFile)
const pair = generateKeyPair()
const key: KeyRecord = {
  key_id: pair.key_id,
  public_key: Buffer.from(pair.public_key).toString('hex'),
  author_id: 'bench',
  namespaces: ['bench'],
  valid_from: '2026-01-01T00:00:00.000Z',
}

/** Medians; a ratio above 1 is in our favour. Directories are removed only at the end: deleting slows creating down. */
export default async function benchInstalls(): Promise<Result[]> {
  const work = mkdtempSync(join(tmpdir(), 'mothership-bench-'))
  const served = join(work, 'served')
  mkdirSync(served)
  const server = await serve(served)
  try {
    const skill = await createSample(server.url, served, 'skill', 20, 4 * 1024, 25)
    const large = await createSample(server.url, served, 'large', 5_000, 12 * 1024, 3)
    return [
      await benchUnpack(work, skill),
      await benchUnpack(work, large),
      await benchInstall(work, skill),
      await benchInstall(work, large),
      await benchVerify(work, large),
      await benchMemory(work, large),
    ]
  } finally {
    await server.close()
    rmSync(work, { recursive: true, force: true })
  }
}

async function benchUnpack(work: string, sample: Sample): Promise<Result> {
  const { archive } = sample
  const medians = await measure(work, sample.rounds, {
    ours: (out) => unpackArchive(archive, join(out, 'tree')),
    'system tar': async (out) => run('tar', ['-xzf', archive, '-C', out]),
    'node-tar': (out) => extract({ file: archive, cwd: out }),
    pacote: (out) => pacote.extract(`file:${sample.npmArchive}`, out, cacheIn(out)),
  })
  return result(`unpack, ${sample.name}: digests and all checks`, medians)
}

async function benchInstall(work: string, sample: Sample): Promise<Result> {
  const fetching = [
    `curl -sf -o package.tgz ${sample.url}`,
    `echo "${sample.sha256}  package.tgz" | sha256sum -c --quiet`,
    'mkdir tree',
    'tar -xzf package.tgz -C tree',
  ].join(' && ')
  const medians = await measure(work, sample.rounds, {
    ours: (out) => installer(out, sample, 'package').install(sample.release),
    'curl + sha256sum + tar': async (out) => run('sh', ['-c', fetching], { cwd: out }),
    pacote: (out) =>
      pacote.extract(sample.npmUrl, join(out, 'tree'), {
        ...cacheIn(out),
        integrity: sample.integrity,
      }),
    'ours, every file flushed': (out) => installer(out, sample, 'tree').install(sample.release),
  })
  return result(
    `cold install, ${sample.name}: GET, digest, signature, unpack, rename, record`,
    medians,
  )
}

async function benchVerify(work: string, sample: Sample): Promise<Result> {
  const out = join(work, 'verified')
  mkdirSync(out)
  const installed = installer(out, sample, 'package')
  const { record } = await installed.install(sample.release)
  const list = join(work, 'sums')
  const sums = sample.release.files.map((file) => `${file.sha256}  ${file.path}\n`)
  writeFileSync(list, sums.join(''))
  const medians = await measure(work, sample.rounds, {
    ours: () => installed.verify(sample.release),
    'sha256sum -c': async () =>
      run('sha256sum', ['-c', '--quiet', list], { cwd: record.directory }),
  })
  return result(`verify an installed tree, ${sample.name}`, medians)
}

async function benchMemory(work: string, sample: Sample): Promise<Result> {
  const peak = async (task: 'ours' | 'pacote' | 'nothing'): Promise<number> => {
    const out = mkdtempSync(join(work, 'memory-'))
    const script = fileURLToPath(new URL('install-probe.ts', import.meta.url))
    const input = { task, out, sample, key }
    const file = join(out, 'task.json')
    writeFileSync(file, JSON.stringify(input))
    const { stdout } = await run(process.execPath, ['--no-warnings', script, file])
    return Number(stdout) / 1024
  }
  const ours = await peak('ours')
  const peers = { pacote: await peak('pacote'), 'imports alone': await peak('nothing') }
  return {
    name: `peak memory of an install, ${sample.name}`,
    unit: 'MiB',
    ours,
    peers,
    ratios: { pacote: peers.pacote / ours },
  }
}

function installer(out: string, sample: Sample, durability: 'package' | 'tree'): Installer {
  return createInstaller({
    directory: join(out, 'state'),
    targets: { skill: join(out, 'skills') },
    keyring: createKeyring([key]),
    approve: async () => ({ approved: true }),
    durability,
    source: {
      resolve: async () => structuredClone(sample.release),
      async *download() {
        const answer = await fetch(sample.url)
        if (answer.body === null) throw new Error('no body')
        yield* answer.body as AsyncIterable<Uint8Array>
      },
    },
  })
}

/** Each task in turn, in a new directory each time; the first round warms up and does not count. */
async function measure(
  work: string,
  rounds: number,
  tasks: Record<string, (out: string) => Promise<unknown>>,
): Promise<Record<string, number>> {
  const times = new Map(Object.keys(tasks).map((name) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, task] of Object.entries(tasks)) {
      const out = mkdtempSync(join(work, 'round-'))
      const started = performance.now()
      await task(out)
      if (round > 0) times.get(name)?.push(performance.now() - started)
    }
  }
  return Object.fromEntries([...times].map(([name, values]) => [name, median(values)]))
}

function result(name: string, medians: Record<string, number>): Result {
  const { ours = Number.NaN, ...peers } = medians
  const ratios = Object.entries(peers).map(([peer, value]) => [peer, value / ours])
  return { name, unit: 'ms', ours, peers, ratios: Object.fromEntries(ratios) }
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN
}

function cacheIn(out: string): { cache: string } {
  return { cache: join(out, 'cache') }
}

async function createSample(
  base: string,
  served: string,
  name: string,
  count: number,
  bytes: number,
  rounds: number,
): Promise<Sample> {
  const files = new Map<string, { bytes: Uint8Array; executable: boolean }>()
  files.set('SKILL.md', {
    bytes: Buffer.from(`---\nname: ${name}\ndescription: Bench.\n---\n`),
    executable: false,
  })
  for (let index = 1; index < count; index += 1) {
    const path = `part-${index % 50}/file-${index}.md`
    files.set(path, { bytes: words(bytes), executable: false })
  }
  const archive = join(served, `${name}.tar.gz`)
  const packed = await packFiles(files, archive)
  const source = join(served, `${name}-source`)
  mkdirSync(join(source, 'package'), { recursive: true })
  execFileSync('tar', ['-xzf', archive, '-C', join(source, 'package')])
  const npmPackage = JSON.stringify({ name, version: '1.0.0' }) // pacote takes nothing without one
  writeFileSync(join(source, 'package', 'package.json'), npmPackage)
  const npmArchive = join(served, `${name}.tgz`)
  execFileSync('tar', ['-czf', npmArchive, '-C', source, 'package'])
  const slug = `bench.${name}`
  const unsigned = {
    schema_version: '1.0',
    kind: 'skill',
    slug,
    name,
    version: '1.0.0',
    author_id: 'bench',
    description: 'Bench.',
    permissions: [],
    content: { instructions: 'SKILL.md' },
    package_sha256: packed.package_sha256,
    package_size: packed.package_size,
    tree_sha256: packed.tree_sha256,
  } as UnsignedManifest
  const manifest = await signManifest(unsigned, createSigner(pair))
  const integrity = createHash('sha512').update(readFileSync(npmArchive)).digest('base64')
  const mebibytes = ((bytes * count) / 1024 / 1024).toFixed(1)
  return {
    name: `${count} files, ${mebibytes} MiB`,
    rounds,
    archive,
    npmArchive,
    release: {
      kind: 'skill',
      slug,
      version: '1.0.0',
      manifest: manifest as unknown as JsonValue,
      files: packed.files,
      listing_url: 'https://mothership.example',
      approved_at: '2026-06-01T00:00:00.000Z',
    },
    url: `${base}/${name}.tar.gz`,
    npmUrl: `${base}/${name}.tgz`,
    integrity: `sha512-${integrity}`,
    sha256: packed.package_sha256,
  }
}

/** Text that compresses about as well as prose. */
function words(bytes: number): Uint8Array {
  const random = randomBytes(Math.ceil(bytes / 6))
  let text = ''
  for (const byte of random) text += `${vocabulary[byte] ?? ''} `
  return Buffer.from(text.slice(0, bytes))
}

const vocabulary = Array.from({ length: 256 }, (_, index) => (index * 7919 + 104_729).toString(36))

/** A plain file server in a thread of its own. */
async function serve(directory: string): Promise<{ readonly url: string; close(): Promise<void> }> {
  const worker = new Worker(new URL('file-server.ts', import.meta.url), { workerData: directory })
  const [port] = (await once(worker, 'message')) as [number]
  return {
    url: `http://127.0.0.1:${port}`,
    async close() {
      await worker.terminate()
    },
  }
}
