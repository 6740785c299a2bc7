import { resolve } from 'node:path'
import { readArchive } from '../../archive/read-archive.ts'
import { appArchiveLimits, defaultArchiveLimits } from '../../archive/limits.ts'
import type { Manifest } from '../../manifest/manifest.ts'
import { verifyManifest } from '../../manifest/verify-manifest.ts'
import { comparePermissions } from '../../permissions/derive-permissions.ts'
import {
  type CliIo,
  type Command,
  requiredArgument,
  requiredOption,
  textOption,
} from '../cli-io.ts'
import { readBytes, readKeyring } from '../files.ts'

/** `verify`: signature, key and, with a package, that it is the one the manifest names. */
export const verifyCommand: Command = {
  name: 'verify',
  usage:
    'mothership-manifest verify <manifest> --keyring <keys.json> [--package <file>] [--at <time>]',
  summary: 'verify a signed manifest, and with --package the package it names',
  options: { keyring: 'text', package: 'text', at: 'text' },
  async run(args, io) {
    const path = requiredArgument(args, 0, 'a manifest')
    const keyring = await readKeyring(requiredOption(args, 'keyring'), io)
    const at = textOption(args, 'at') ?? io.now()
    const verdict = verifyManifest(await readBytes(path, io), keyring, { at })
    if (!verdict.valid) {
      return {
        exitCode: 1,
        data: verdict,
        lines: [`refused (${verdict.reason}): ${verdict.message}`],
      }
    }
    const packagePath = textOption(args, 'package')
    const package_ =
      packagePath === undefined
        ? undefined
        : await comparePackage(verdict.manifest, packagePath, io)
    const good = package_ === undefined || package_.differences.length === 0
    return {
      exitCode: good ? 0 : 1,
      data: {
        valid: good,
        key_id: verdict.key.key_id,
        manifest_sha256: verdict.manifest_sha256,
        ...(package_ === undefined ? {} : { package: package_ }),
      },
      lines: [
        `signature good: ${verdict.manifest.slug} ${verdict.manifest.version} by ${verdict.key.author_id} (${verdict.key.key_id})`,
        ...(package_?.differences.map((difference) => `refused: ${difference}`) ?? []),
        ...(package_?.undeclared.map(
          (permission) => `the package shows ${permission}, which the manifest does not declare`,
        ) ?? []),
        ...(package_ !== undefined && good
          ? ['package good: it is the one the manifest names']
          : []),
      ],
    }
  },
}

async function comparePackage(
  manifest: Manifest,
  path: string,
  io: CliIo,
): Promise<{ differences: string[]; undeclared: string[] }> {
  const limits = manifest.kind === 'app' ? appArchiveLimits : defaultArchiveLimits
  const reading = await readArchive(resolve(io.directory, path), { limits })
  const fields = ['package_sha256', 'package_size', 'tree_sha256'] as const
  return {
    differences: fields
      .filter((field) => manifest[field] !== reading[field])
      .map((field) => `expected ${field} ${manifest[field]}, got ${reading[field]}`),
    undeclared: comparePermissions(manifest.permissions, reading.contents, manifest.kind)
      .undeclared,
  }
}
