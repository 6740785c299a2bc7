import { createSigner } from '../../crypto/signer.ts'
import { parseUnsignedManifest } from '../../manifest/parse-manifest.ts'
import { manifestDigest, signManifest } from '../../manifest/sign-manifest.ts'
import { type Command, requiredArgument, requiredOption, textOption } from '../cli-io.ts'
import { openKey, readManifestFile, writeText } from '../files.ts'

/** `sign`: an unsigned manifest to a signed one. */
export const signCommand: Command = {
  name: 'sign',
  usage:
    'mothership-manifest sign <manifest> --key <key file> [--out <file>] [--passphrase-file <file>]',
  summary: 'sign a manifest that is bound to its package',
  options: { key: 'text', out: 'text', 'passphrase-file': 'text' },
  async run(args, io) {
    const path = requiredArgument(args, 0, 'a manifest')
    const keyPath = requiredOption(args, 'key')
    const { manifest_signature: _replaced, ...value } = await readManifestFile(path, io)
    const unsigned = parseUnsignedManifest(value)
    const signed = await signManifest(unsigned, createSigner(await openKey(args, keyPath, io)))
    const out = textOption(args, 'out') ?? path
    await writeText(out, `${JSON.stringify(signed, null, 2)}\n`, io)
    const digest = manifestDigest(signed)
    return {
      exitCode: 0,
      data: { manifest: out, key_id: signed.manifest_signature.key_id, manifest_sha256: digest },
      lines: [`wrote ${out}`, `manifest_sha256  ${digest}`],
    }
  },
}
