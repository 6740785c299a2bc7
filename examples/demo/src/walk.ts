import { createMothership } from '@mothership/client'
import { loadContext } from '@mothership/context-assembler'
import { createInstaller, type Installer, type InstallResult } from '@mothership/installer-core'
import {
  createKeyring,
  createSigner,
  generateKeyPair,
  keyIdOf,
  type Manifest,
  signManifest,
} from '@mothership/manifest'
import { type RunningServer, startServer } from '@mothership/reference-server'
import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { followInstall } from './follow-install.ts'
import { installedContent, taskFor } from './installed-content.ts'
import { choosePlugin, readMarketplace } from './marketplace.ts'
import type { Progress } from './progress.ts'
import {
  approveSubmission,
  openDesk,
  packPlugin,
  publishNeighbours,
  submitPackage,
} from './publish.ts'
import { type Tamper, tamperWith } from './tamper.ts'

/** What the demo was asked to do. */
export interface WalkOptions {
  readonly marketplace: string
  readonly plugin: string | undefined
  readonly task: string | undefined
  readonly tamper: Tamper | undefined
  readonly progress: Progress
  readonly signal: AbortSignal
  /** A mothership that runs already; without it the walk starts one of its own, and ends it. */
  readonly server?: RunningServer
}

/** What came out at the end. */
export interface WalkResult {
  readonly plugin: string
  readonly version: string
  readonly task: string
  readonly prompt: string
  readonly token_estimate: number
  readonly included: readonly string[]
  readonly omitted: readonly { readonly what: string; readonly reason: string }[]
  readonly usage: readonly { readonly slug: string; readonly executions: number }[]
}

/** How many other plugins of the marketplace are published beside the one that is followed. */
const neighbourCount = 4

/** One plugin's way: from a public marketplace through mothership, host and prompt, to a line in the usage report. */
export async function walk(options: WalkOptions): Promise<WalkResult> {
  const { progress, signal } = options
  await using workplace = await makeWorkplace()

  const { marketplace, plugin } = await progress.step('Import the marketplace', async (step) => {
    const read = await readMarketplace(options.marketplace)
    const chosen = choosePlugin(read, options.plugin)
    step.detail(`${read.name}: ${read.local.length} plugins here, ${read.external} elsewhere`)
    step.detail(`following "${chosen.name}" ${chosen.draft.version}, ${chosen.files.size} files`)
    for (const loss of chosen.losses) step.detail(`not carried over: ${loss}`)
    for (const { file, message } of chosen.problems) step.detail(`noted: ${file}: ${message}`)
    return { marketplace: read, plugin: chosen }
  })
  signal.throwIfAborted()

  await using own = new AsyncDisposableStack()
  const server = await progress.step('Start a mothership', async (step) => {
    if (options.server) return options.server
    const started = await startServer({ dataDirectory: join(workplace.directory, 'mothership') })
    step.detail(`${started.url}, real PostgreSQL in a temporary directory`)
    return own.use(started)
  })
  signal.throwIfAborted()

  const authorKey = generateKeyPair()
  const desk = await progress.step('Register the author and a key', async (step) => {
    const { author_id, namespace } = marketplace
    const signer = createSigner(authorKey)
    const opened = await openDesk({
      url: server.url,
      operatorKeyFile: server.operatorKeyFile,
      author_id,
      namespace,
      signer,
      directory: workplace.directory,
    })
    step.detail(`namespace ${namespace}, key ${keyIdOf(authorKey.public_key)}`)
    return opened
  })

  const packed = await progress.step('Pack', async (step) => {
    const made = await packPlugin(desk, plugin)
    step.detail(`${made.files} files, ${made.unsigned.package_size} bytes`)
    step.detail(`package sha256 ${made.unsigned.package_sha256}`)
    return made
  })
  const manifest = await progress.step("Sign with the author's key", async (step) => {
    const signed = await signManifest(packed.unsigned, desk.signer)
    step.detail(`Ed25519 signature ${signed.manifest_signature.sig.slice(0, 16)}…`)
    return signed
  })
  const submission = await progress.step('Submit for moderation', (step) => {
    step.detail(`plugin ${manifest.slug} ${manifest.version}`)
    return submitPackage(desk, packed, manifest)
  })
  await progress.step('Approve', () => approveSubmission(desk, submission))
  signal.throwIfAborted()

  const host = createMothership({ url: server.url })
  const catalogue = await progress.step('Browse the catalogue', async (step) => {
    const others = marketplace.local.filter((other) => other !== plugin).slice(0, neighbourCount)
    await publishNeighbours(desk, others)
    const page = await host.plugins.list({ sort: 'newest', limit: 100 })
    const items = page.items.filter((item) => item.author_id === manifest.author_id)
    for (const item of items) step.detail(`${item.slug} ${item.version}`)
    if (!items.some((item) => item.slug === manifest.slug)) {
      throw new Error(`the catalogue does not list ${manifest.slug}`)
    }
    return items
  })
  signal.throwIfAborted()

  const directory = join(workplace.directory, 'host')
  await mkdir(join(directory, 'plugins'), { recursive: true })
  const follower = followInstall(progress)
  const installer = createInstaller({
    directory: join(directory, 'state'),
    targets: { plugin: join(directory, 'plugins') },
    source: tamperWith(host.releases, options.tamper),
    keyring: createKeyring((await host.publishers.keys(manifest.author_id)).keys),
    onProgress: follower.onProgress,
    approve: (request) => {
      for (const { permission, explanation } of request.permissions) {
        follower.detail(`${permission}: ${explanation}`)
      }
      for (const { permission, explanation } of request.undeclared) {
        follower.detail(`not declared, but in the files: ${permission}: ${explanation}`)
      }
      if (request.permissions.length === 0) follower.detail('it asks for nothing')
      const approved = options.tamper !== 'permission'
      return Promise.resolve(approved ? { approved } : { approved, reason: 'the host said no' })
    },
  })
  const installed = await install(installer, manifest, follower, signal)

  const task = options.task ?? taskFor(plugin)
  const context = await progress.step('Assemble the context for a task', async (step) => {
    const { items, source } = installedContent(catalogue, installed.record, plugin.files)
    step.detail(`task: ${task}`)
    return loadContext({ plugins: items, task, persona: 'You are a helpful agent.' }, source)
  })

  const usage = await progress.step('Report usage and see it on the server', async (step) => {
    const { kind, slug, version } = manifest
    await host.usage.report({
      instance_id: randomUUID(),
      window_id: randomUUID(),
      events: [{ kind, slug, version, executions: 1, successes: 1, failures: 0 }],
    })
    const operator = createMothership({ url: server.url, apiKey: desk.operatorKey, strict: true })
    const { items } = await operator.usage.summary()
    for (const item of items) step.detail(`${item.slug}: ${item.executions} execution`)
    if (!items.some((item) => item.slug === slug)) throw new Error('the usage did not arrive')
    return items.map(({ slug: name, executions }) => ({ slug: name, executions }))
  })

  return {
    plugin: manifest.slug,
    version: manifest.version,
    task,
    prompt: context.systemPrompt,
    token_estimate: context.tokenEstimate,
    included: context.included.map((item) => `${item.slug} (tier ${item.tier})`),
    omitted: context.omitted.map(({ slug, tier, path, reason }) => ({
      what: `${slug}, tier ${tier}${path === undefined ? '' : `, ${path}`}`,
      reason,
    })),
    usage,
  }
}

async function install(
  installer: Installer,
  { kind, slug, version }: Manifest,
  follower: ReturnType<typeof followInstall>,
  signal: AbortSignal,
): Promise<InstallResult> {
  let ok = false
  try {
    const result = await installer.install({ kind, slug, version }, { signal })
    ok = true
    return result
  } finally {
    follower.end(ok)
  }
}

interface Workplace extends AsyncDisposable {
  readonly directory: string
}

/** A temporary directory that is gone again at the end, however the walk ends. */
async function makeWorkplace(): Promise<Workplace> {
  const directory = await mkdtemp(join(tmpdir(), 'mothership-demo-'))
  return {
    directory,
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true, force: true }),
  }
}
