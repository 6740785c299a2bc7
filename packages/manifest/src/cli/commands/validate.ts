import type { JsonObject } from '../../json/json-value.ts'
import { assertManifest } from '../../manifest/parse-manifest.ts'
import { type Command, requiredArgument } from '../cli-io.ts'
import { readManifestFile, stageOf, textField } from '../files.ts'

/** `validate`: every problem of a manifest at once. */
export const validateCommand: Command = {
  name: 'validate',
  usage: 'mothership-manifest validate <manifest>',
  summary: 'check a manifest (draft, unsigned or signed) and list every problem',
  options: {},
  async run(args, io) {
    const path = requiredArgument(args, 0, 'a manifest')
    const value: JsonObject = await readManifestFile(path, io)
    const stage = stageOf(value)
    assertManifest(value, stage, undefined)
    return {
      exitCode: 0,
      data: {
        valid: true,
        stage,
        kind: value['kind'],
        slug: value['slug'],
        version: value['version'],
      },
      lines: [
        `${path}: a good ${stage} manifest of ${textField(value, 'slug')} ${textField(value, 'version')}`,
      ],
    }
  },
}
