import { encryptKeyFile } from '../../crypto/key-file.ts'
import { toHex } from '../../crypto/hex.ts'
import { generateKeyPair } from '../../crypto/key-pair.ts'
import { type Command, requiredOption, textOption } from '../cli-io.ts'
import { readPassphrase, writeText } from '../files.ts'

/** `keygen`: a new key pair in an encrypted file, and its public record. */
export const keygenCommand: Command = {
  name: 'keygen',
  usage:
    'mothership-manifest keygen --out <key file> [--author <author id> --namespace <name>] [--passphrase-file <file>]',
  summary: 'make a key pair, kept in a file that a passphrase opens',
  options: { out: 'text', author: 'text', namespace: 'text', 'passphrase-file': 'text' },
  async run(args, io) {
    const out = requiredOption(args, 'out')
    const pair = generateKeyPair()
    const passphrase = await readPassphrase(args, io, 'New passphrase (at least 8 characters): ')
    await writeText(out, await encryptKeyFile(pair, passphrase, io.keyFileCost), io, {
      secret: true,
      overwrite: false,
    })
    const author = textOption(args, 'author')
    const namespace = textOption(args, 'namespace')
    const record = {
      key_id: pair.key_id,
      public_key: toHex(pair.public_key),
      ...(author === undefined ? {} : { author_id: author }),
      ...(namespace === undefined ? {} : { namespaces: [namespace] }),
      valid_from: io.now().toISOString(),
    }
    return {
      exitCode: 0,
      data: { key_file: out, ...record },
      lines: [`wrote ${out}`, `key_id      ${pair.key_id}`, `public key  ${record.public_key}`],
    }
  },
}
