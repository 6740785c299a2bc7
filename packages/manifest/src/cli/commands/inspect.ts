import { resolve } from 'node:path'
import { appArchiveLimits } from '../../archive/limits.ts'
import { readArchive } from '../../archive/read-archive.ts'
import { findKindDefinition } from '../../kinds/kind-definition.ts'
import { derivePermissions } from '../../permissions/derive-permissions.ts'
import { explainPermission } from '../../permissions/permission.ts'
import { type CliIo, type Command, type CommandResult, requiredArgument } from '../cli-io.ts'
import { readBytes, readManifestFile, stageOf, textField } from '../files.ts'

/** `inspect`: what a manifest or a package says, without trusting any of it. */
export const inspectCommand: Command = {
  name: 'inspect',
  usage: 'mothership-manifest inspect <manifest or package>',
  summary: 'show what a manifest or package says and asks for, trusting none of it',
  options: {},
  async run(args, io) {
    const path = requiredArgument(args, 0, 'a manifest or package')
    return isArchive(await readBytes(path, io))
      ? inspectPackage(path, io)
      : inspectManifest(path, io)
  },
}

function isArchive(bytes: Uint8Array): boolean {
  const magic = Buffer.from(bytes.subarray(257, 262)).toString('latin1')
  return (
    (bytes[0] === 0x1f && bytes[1] === 0x8b) ||
    (bytes[0] === 0x50 && bytes[1] === 0x4b) ||
    magic === 'ustar'
  )
}

async function inspectPackage(path: string, io: CliIo): Promise<CommandResult> {
  const reading = await readArchive(resolve(io.directory, path), { limits: appArchiveLimits })
  const shown = derivePermissions(reading.contents)
  const { contents: _bytes, ...facts } = reading
  return {
    exitCode: 0,
    data: { ...facts, shown_permissions: shown },
    lines: [
      `${path}: ${reading.format}, ${reading.files.length} files, ${reading.package_size} bytes`,
      `package_sha256  ${reading.package_sha256}`,
      `tree_sha256     ${reading.tree_sha256}`,
      ...reading.files.map(
        (file) =>
          `  ${file.executable ? 'x' : '-'} ${String(file.size).padStart(9)}  ${printable(file.path)}`,
      ),
      ...shown.map(
        (permission) => `  shows ${permission}: ${explainPermission('plugin', permission)}`,
      ),
    ],
  }
}

async function inspectManifest(path: string, io: CliIo): Promise<CommandResult> {
  const value = await readManifestFile(path, io)
  const definition = findKindDefinition(value['kind'])
  const permissions = Array.isArray(value['permissions']) ? value['permissions'].map(String) : []
  return {
    exitCode: 0,
    data: { stage: stageOf(value), manifest: value },
    lines: [
      `${path}: ${stageOf(value)}, unverified`,
      ...['kind', 'slug', 'name', 'version', 'author_id', 'license'].map(
        (field) => `${field.padEnd(10)}${printable(textField(value, field))}`,
      ),
      ...permissions.map(
        (permission) =>
          `  asks for ${printable(permission)}: ${printable(explainPermission(definition?.permissions ?? [], permission))}`,
      ),
    ],
  }
}

/** Texts of strangers reach a terminal without control characters. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cf}]/gu, '\uFFFD')
}
