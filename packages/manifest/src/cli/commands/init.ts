import { resolve } from 'node:path'
import { stringify } from 'yaml'
import { readDirectory } from '../../archive/read-directory.ts'
import type { FileMap } from '../../formats/file-map.ts'
import { readClaudePlugin } from '../../formats/claude-plugin.ts'
import { openSentienceFile, readOpenSentience } from '../../formats/open-sentience.ts'
import { readSkillMd } from '../../formats/skill-md.ts'
import { isKind, type Kind, kinds } from '../../kinds/kind.ts'
import { placeholders } from '../../formats/category-manifest.ts'
import { makeSlug } from '../../formats/slug.ts'
import type { ManifestDraft } from '../../manifest/manifest.ts'
import { parseManifestDraft } from '../../manifest/parse-manifest.ts'
import {
  type Command,
  requiredArgument,
  requiredOption,
  textOption,
  UsageError,
} from '../cli-io.ts'
import { writeText } from '../files.ts'

/** `init`: a first manifest for a folder, filled in from what the folder already says. */
export const initCommand: Command = {
  name: 'init',
  usage:
    'mothership-manifest init <folder> --namespace <name> --author <author id> [--kind <kind>] [--out manifest.yaml]',
  summary: 'write a first manifest for a folder, filled in from its SKILL.md or plugin.json',
  options: { namespace: 'text', author: 'text', kind: 'text', out: 'text' },
  async run(args, io) {
    const folder = resolve(io.directory, requiredArgument(args, 0, 'a folder'))
    const options = {
      namespace: requiredOption(args, 'namespace'),
      author_id: requiredOption(args, 'author'),
    }
    const wanted = textOption(args, 'kind')
    if (wanted !== undefined && !isKind(wanted)) {
      throw new UsageError(`expected a kind (${kinds.join(', ')}), got ${wanted}`)
    }
    const files = await readDirectory(folder)
    const directory = folder.split(/[\\/]/).at(-1) ?? 'item'
    const { draft, losses } = firstDraft(files, { ...options, directory }, wanted)
    const out = textOption(args, 'out') ?? `${folder}/manifest.yaml`
    await writeText(out, stringify(parseManifestDraft(draft), { lineWidth: 0 }), io, {
      overwrite: false,
    })
    return {
      exitCode: 0,
      data: { manifest: out, draft, losses },
      lines: [
        `wrote ${out} (${draft.kind} ${draft.slug})`,
        ...losses.map((loss) => `  not carried: ${loss}`),
      ],
    }
  },
}

function firstDraft(
  files: FileMap,
  options: { namespace: string; author_id: string; directory: string },
  kind: Kind | undefined,
): { draft: ManifestDraft; losses: string[] } {
  const isPlugin = files.has('.claude-plugin/plugin.json')
  if (kind === 'plugin' || (kind === undefined && isPlugin)) return readClaudePlugin(files, options)
  if (kind === 'agent' && files.has(openSentienceFile)) return readOpenSentience(files, options)
  const hasSkill = [...files.keys()].some((path) => /^skill\.md$/i.test(path))
  if (kind === 'skill' || (kind === undefined && hasSkill)) return readSkillMd(files, options)
  const named = kind ?? 'plugin'
  const draft = parseManifestDraft({
    schema_version: '1.0',
    kind: named,
    slug: makeSlug(options.namespace, options.directory),
    name: options.directory,
    version: '0.1.0',
    author_id: options.author_id,
    description: `${options.directory}: say in a sentence what it does`,
    permissions: [],
    content: placeholders[named](),
  })
  return { draft, losses: [] }
}
