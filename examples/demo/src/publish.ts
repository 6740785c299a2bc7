import { createMothership } from '@mothership/client'
import {
  type ClaudePluginReading,
  parseUnsignedManifest,
  type Signer,
  signManifest,
} from '@mothership/manifest'
import { packFiles } from '@mothership/manifest/archive'
import { randomUUID } from 'node:crypto'
import { openAsBlob } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What the steps of publishing need to know. */
export interface PublishingDesk {
  readonly url: string
  readonly operatorKey: string
  /** The author's own, as the mothership gave it. */
  readonly accessKey: string
  readonly signer: Signer
  /** Where packages are made. */
  readonly directory: string
}

/** A plugin's files, packed, with the manifest that binds them. */
export interface PackedPlugin {
  readonly file: string
  readonly unsigned: ReturnType<typeof parseUnsignedManifest>
  readonly files: number
}

/** Registers the author with a namespace and a key, and gives back the desk to publish from. */
export async function openDesk(input: {
  readonly url: string
  readonly operatorKeyFile: string
  readonly author_id: string
  readonly namespace: string
  readonly signer: Signer
  readonly directory: string
}): Promise<PublishingDesk> {
  const { url, author_id, namespace, signer, directory } = input
  const operatorKey = (await readFile(input.operatorKeyFile, 'utf8')).trim()
  const operator = createMothership({ url, apiKey: operatorKey, strict: true })
  const created = await operator.publishers.create({
    author_id,
    display_name: 'Author of the demo',
    namespaces: [namespace],
  })
  const author = createMothership({ url, apiKey: created.access_key, strict: true })
  await author.publishers.addKey(author_id, signer)
  return { url, operatorKey, accessKey: created.access_key, signer, directory }
}

/** Packs a plugin; the same files give the same tree digest everywhere. */
export async function packPlugin(
  desk: PublishingDesk,
  plugin: ClaudePluginReading,
): Promise<PackedPlugin> {
  const file = join(desk.directory, `${randomUUID()}.tar.gz`)
  const { package_sha256, package_size, tree_sha256, files } = await packFiles(plugin.files, file)
  const unsigned = parseUnsignedManifest({
    ...plugin.draft,
    package_sha256,
    package_size,
    tree_sha256,
  })
  return { file, unsigned, files: files.length }
}

/** Submits a signed package as its author; answers the submission's id. */
export async function submitPackage(
  desk: PublishingDesk,
  packed: PackedPlugin,
  manifest: Awaited<ReturnType<typeof signManifest>>,
): Promise<string> {
  const author = createMothership({ url: desk.url, apiKey: desk.accessKey, strict: true })
  const submission = await author.submissions.create({
    manifest,
    package: await openAsBlob(packed.file),
  })
  return submission.id
}

/** Approves a submission as the operator. */
export async function approveSubmission(desk: PublishingDesk, id: string): Promise<void> {
  const operator = createMothership({ url: desk.url, apiKey: desk.operatorKey, strict: true })
  await operator.moderation.approve(id, 'Approved for the demo')
}

/** Publishes a few more plugins, so that the catalogue and the agent have a choice; answers their names. */
export async function publishNeighbours(
  desk: PublishingDesk,
  plugins: readonly ClaudePluginReading[],
): Promise<string[]> {
  const published: string[] = []
  for (const plugin of plugins) {
    try {
      const packed = await packPlugin(desk, plugin)
      const manifest = await signManifest(packed.unsigned, desk.signer)
      await approveSubmission(desk, await submitPackage(desk, packed, manifest))
      published.push(plugin.name)
    } catch {
      continue // A neighbour that is refused is no part of this story; the chosen plugin's own refusal is shown.
    }
  }
  return published
}
