import { readFile, stat, writeFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ArchiveError, ManifestError } from '../errors.ts'
import { decryptKeyFile } from '../crypto/key-file.ts'
import type { KeyPair } from '../crypto/key-pair.ts'
import { isJsonObject, type JsonObject } from '../json/json-value.ts'
import { parseJson } from '../json/parse-json.ts'
import { createKeyring, type KeyRecord, type Keyring } from '../keyring/keyring.ts'
import { readManifestValue } from '../manifest/parse-manifest.ts'
import { type CliIo, type CommandArguments, textOption } from './cli-io.ts'

/** Reads a file of the command line. */
export async function readBytes(path: string, io: CliIo): Promise<Uint8Array> {
  return readFile(resolve(io.directory, path)).catch((cause: unknown) => {
    throw new ArchiveError('io', `expected a readable file at ${path}, got none: check the path`, {
      file: path,
      cause,
    })
  })
}

/** Writes a file of the command line; secrets are readable by their owner only. */
export async function writeText(
  path: string,
  text: string,
  io: CliIo,
  options: { readonly secret?: boolean; readonly overwrite?: boolean } = {},
): Promise<void> {
  const mode = options.secret === true ? 0o600 : 0o644
  const flag = options.overwrite === false ? 'wx' : 'w'
  await writeFile(resolve(io.directory, path), text, { mode, flag }).catch((cause: unknown) => {
    throw new ArchiveError(
      'io',
      `expected to write ${path}, got a refusal: choose a new name in a folder of yours`,
      { file: path, cause },
    )
  })
}

/** Answers whether a path is a folder. */
export async function isDirectory(path: string, io: CliIo): Promise<boolean> {
  return stat(resolve(io.directory, path)).then(
    (stats) => stats.isDirectory(),
    () => false, // what is not there is no folder; reading it later names the fault
  )
}

/** Reads a manifest of any stage as an object, JSON or YAML. */
export async function readManifestFile(path: string, io: CliIo): Promise<JsonObject> {
  const value = readManifestValue(await readBytes(path, io))
  if (isJsonObject(value)) return value
  throw new ManifestError(
    'schema_violation',
    `expected a manifest in ${path}, got another document: choose the right file`,
  )
}

/** A field of an unchecked document as people read it; empty when it is no text. */
export function textField(value: JsonObject, field: string): string {
  const text = value[field]
  return typeof text === 'string' ? text : ''
}

/** At which stage a manifest is, by the fields it has. */
export function stageOf(value: JsonObject): 'draft' | 'unsigned' | 'signed' {
  if (value['manifest_signature'] !== undefined) return 'signed'
  return value['package_sha256'] === undefined ? 'draft' : 'unsigned'
}

/** Opens the key file named by `--key`. */
export async function openKey(args: CommandArguments, path: string, io: CliIo): Promise<KeyPair> {
  const text = Buffer.from(await readBytes(path, io)).toString('utf8')
  return decryptKeyFile(text, await readPassphrase(args, io, 'Passphrase of the key: '))
}

/** The passphrase: from the environment, a file, or asked for. Never an argument, which other processes can read. */
export async function readPassphrase(
  args: CommandArguments,
  io: CliIo,
  question: string,
): Promise<string> {
  const file = textOption(args, 'passphrase-file')
  if (file !== undefined) {
    return Buffer.from(await readBytes(file, io))
      .toString('utf8')
      .replace(/\r?\n$/, '')
  }
  return io.environment['MOTHERSHIP_KEY_PASSPHRASE'] ?? io.askSecret(question)
}

/** Reads a keyring: a list of key records, or an object with `keys`. */
export async function readKeyring(path: string, io: CliIo): Promise<Keyring> {
  const value = parseJson(await readBytes(path, io))
  const list = Array.isArray(value) ? value : isJsonObject(value) ? value['keys'] : undefined
  if (!Array.isArray(list) || !list.every(isKeyRecord)) {
    throw new ManifestError(
      'invalid_key',
      `expected a list of key records in ${path}, got another document: take it from the mothership`,
    )
  }
  return createKeyring(list)
}

function isKeyRecord(value: unknown): value is KeyRecord & JsonObject {
  const texts = ['key_id', 'public_key', 'author_id', 'valid_from']
  return (
    isJsonObject(value) &&
    texts.every((field) => typeof value[field] === 'string') &&
    Array.isArray(value['namespaces']) &&
    value['namespaces'].every((namespace) => typeof namespace === 'string')
  )
}
