import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { readArchive } from '../../archive/read-archive.ts'
import { readDirectory } from '../../archive/read-directory.ts'
import type { FileMap, FormatProblem } from '../../formats/file-map.ts'
import { formats } from '../../formats/formats.ts'
import type { WrittenFormat } from '../../formats/conversion.ts'
import type { ManifestDraft } from '../../manifest/manifest.ts'
import { parseManifestDraft } from '../../manifest/parse-manifest.ts'
import {
  type CliIo,
  type Command,
  type CommandArguments,
  type CommandResult,
  requiredArgument,
  requiredOption,
  textOption,
  UsageError,
} from '../cli-io.ts'
import { isDirectory, readManifestFile, writeText } from '../files.ts'

/** `convert`: from a public format to a manifest, or from a manifest to one. */
export const convertCommand: Command = {
  name: 'convert',
  usage:
    'mothership-manifest convert <folder or bundle> --from <format> --namespace <name> --author <author id> [--out <file>]\n       mothership-manifest convert <manifest> --to <format> --out <folder> [--name <name>]',
  summary: 'convert from or to a public format, with a list of what is lost',
  options: {
    from: 'text',
    to: 'text',
    namespace: 'text',
    author: 'text',
    out: 'text',
    name: 'text',
  },
  async run(args, io) {
    const path = requiredArgument(args, 0, 'a folder, bundle or manifest')
    return textOption(args, 'to') === undefined
      ? convertFrom(path, args, io)
      : convertTo(path, args, io)
  },
}

interface Reading {
  drafts: ManifestDraft[]
  losses: string[]
  problems: FormatProblem[]
}

const readers: Readonly<
  Record<
    string,
    (
      files: FileMap,
      options: { namespace: string; author_id: string; directory: string },
    ) => Reading
  >
> = {
  'claude-marketplace': (files, options) => {
    const reading = formats.claudeMarketplace.read(files, options)
    return {
      drafts: reading.plugins.map((plugin) => plugin.draft),
      losses: reading.plugins.flatMap((plugin) =>
        plugin.losses.map((loss) => `${plugin.name}: ${loss}`),
      ),
      problems: reading.problems,
    }
  },
  'claude-plugin': (files, options) => single(formats.claudePlugin.read(files, options)),
  'skill-md': (files, options) => single(formats.skillMd.read(files, options)),
  'agent-plugin': (files, options) => single(formats.agentPlugin.read(files, options)),
  'mcp-server': (files, options) => single(formats.mcpServer.read(files, options)),
  mcpb: (files, options) => single(formats.mcpb.read(files, options)),
  opensentience: (files, options) => single(formats.openSentience.read(files, options)),
  'sync-manifest': (files, options) => single(formats.syncManifest.read(files, options)),
}

function single(reading: {
  draft: ManifestDraft
  losses: string[]
  problems: FormatProblem[]
}): Reading {
  return { drafts: [reading.draft], losses: reading.losses, problems: reading.problems }
}

async function convertFrom(
  path: string,
  args: CommandArguments,
  io: CliIo,
): Promise<CommandResult> {
  const format = requiredOption(args, 'from')
  const reader = readers[format]
  if (reader === undefined)
    throw new UsageError(`expected --from ${Object.keys(readers).join(', ')}, got ${format}`)
  const place = resolve(io.directory, path)
  const files = (await isDirectory(path, io))
    ? await readDirectory(place)
    : (await readArchive(place)).contents
  const reading = reader(files, {
    namespace: requiredOption(args, 'namespace'),
    author_id: requiredOption(args, 'author'),
    directory: place.split(/[\\/]/).at(-1) ?? 'item',
  })
  const out = textOption(args, 'out')
  const document = reading.drafts.length === 1 ? reading.drafts[0] : reading.drafts
  if (out !== undefined) await writeText(out, `${JSON.stringify(document, null, 2)}\n`, io)
  return {
    exitCode: reading.problems.some(({ severity }) => severity === 'error') ? 1 : 0,
    data: reading,
    lines: [
      ...reading.drafts.map((draft) => `${draft.kind} ${draft.slug} ${draft.version}`),
      ...reading.losses.map((loss) => `  not carried: ${loss}`),
      ...reading.problems.map(
        ({ severity, file, line, message }) =>
          `  ${severity}: ${file}${line === undefined ? '' : `:${line}`}: ${message}`,
      ),
    ],
  }
}

async function convertTo(path: string, args: CommandArguments, io: CliIo): Promise<CommandResult> {
  const {
    manifest_signature: _s,
    package_sha256: _p,
    package_size: _z,
    tree_sha256: _t,
    ...value
  } = await readManifestFile(path, io)
  const written = write(parseManifestDraft(value), requiredOption(args, 'to'), args)
  const folder = resolve(io.directory, requiredOption(args, 'out'))
  for (const [file, { bytes }] of written.files) {
    await mkdir(dirname(join(folder, file)), { recursive: true })
    await writeFile(join(folder, file), bytes)
  }
  return {
    exitCode: 0,
    data: { files: [...written.files.keys()], losses: written.losses },
    lines: [
      ...[...written.files.keys()].map((file) => `wrote ${file}`),
      ...written.losses.map((loss) => `  not carried: ${loss}`),
    ],
  }
}

function write(draft: ManifestDraft, format: string, args: CommandArguments): WrittenFormat {
  if (format === 'sync-manifest') return formats.syncManifest.write(draft)
  if (draft.kind === 'plugin') {
    if (format === 'claude-plugin') return formats.claudePlugin.write(draft)
    if (format === 'agent-plugin') return formats.agentPlugin.write(draft)
    if (format === 'mcp-server')
      return formats.mcpServer.write(draft, { name: requiredOption(args, 'name') })
  }
  if (draft.kind === 'skill' && format === 'skill-md') return formats.skillMd.write(draft, '')
  if (draft.kind === 'agent' && format === 'opensentience')
    return formats.openSentience.write(draft)
  throw new UsageError(`expected a format a ${draft.kind} can be written in, got ${format}`)
}
