import { resolve } from 'node:path'
import { bindPackage, packAndSign } from '../../archive/pack-and-sign.ts'
import { packDirectory, type PackResult } from '../../archive/pack-files.ts'
import { createSigner } from '../../crypto/signer.ts'
import { parseManifestDraft } from '../../manifest/parse-manifest.ts'
import {
  type CliIo,
  type Command,
  type CommandArguments,
  type CommandResult,
  requiredArgument,
  textOption,
} from '../cli-io.ts'
import { openKey, readManifestFile, writeText } from '../files.ts'

/** `pack`: a folder to a package; with a manifest bound to it, with a key signed as well. */
export const packCommand: Command = {
  name: 'pack',
  usage:
    'mothership-manifest pack <folder> --out <package.tar.gz> [--manifest <draft> [--key <key file>] [--manifest-out <file>]]',
  summary:
    'pack a folder reproducibly; with --manifest bind it, with --key sign it in the same step',
  options: {
    out: 'text',
    manifest: 'text',
    'manifest-out': 'text',
    key: 'text',
    'passphrase-file': 'text',
  },
  async run(args, io) {
    const folder = resolve(io.directory, requiredArgument(args, 0, 'a folder'))
    const out = resolve(io.directory, textOption(args, 'out') ?? `${folder}.tar.gz`)
    const draftPath = textOption(args, 'manifest')
    if (draftPath === undefined)
      return answer(await packDirectory(folder, out), out, undefined, undefined)
    return packManifest(args, io, folder, out, draftPath)
  },
}

async function packManifest(
  args: CommandArguments,
  io: CliIo,
  folder: string,
  out: string,
  draftPath: string,
): Promise<CommandResult> {
  const draft = parseManifestDraft(await readManifestFile(draftPath, io))
  const manifestOut =
    textOption(args, 'manifest-out') ?? `${out.replace(/\.tar\.gz$|\.tgz$/, '')}.manifest.json`
  const keyPath = textOption(args, 'key')
  const packed: PackResult & { manifest?: unknown } =
    keyPath === undefined
      ? await packDirectory(folder, out)
      : await packAndSign(folder, out, draft, createSigner(await openKey(args, keyPath, io)))
  const manifest = packed.manifest ?? bindPackage(draft, packed)
  await writeText(manifestOut, `${JSON.stringify(manifest, null, 2)}\n`, io)
  return answer(packed, out, manifestOut, keyPath === undefined ? 'unsigned' : 'signed')
}

function answer(
  packed: PackResult,
  out: string,
  manifestOut: string | undefined,
  stage: 'unsigned' | 'signed' | undefined,
): CommandResult {
  const { package_sha256, package_size, tree_sha256, files } = packed
  return {
    exitCode: 0,
    data: {
      package: out,
      package_sha256,
      package_size,
      tree_sha256,
      files,
      ...(manifestOut === undefined ? {} : { manifest: manifestOut, stage }),
    },
    lines: [
      `wrote ${out} (${files.length} files, ${package_size} bytes)`,
      `package_sha256  ${package_sha256}`,
      `tree_sha256     ${tree_sha256}`,
      ...(manifestOut === undefined ? [] : [`wrote ${manifestOut} (${stage})`]),
    ],
  }
}
