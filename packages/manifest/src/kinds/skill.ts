import * as z from 'zod'
import { lineSchema, listSchema, packagePathSchema, textSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** A file a skill carries: a script it may run, a reference it may read, an asset it may use. */
export interface SkillFile {
  path: string
  name?: string
  description?: string
  language?: string
}

/** What a skill is made of. */
export interface SkillContent {
  /** The file of instructions, `SKILL.md` for a skill, any Markdown file for a command. */
  instructions: string
  /** `model`: loaded when a task calls for it. `command`: a person calls it by name. Absent means `model`. */
  invocation?: 'model' | 'command'
  scripts?: SkillFile[]
  references?: SkillFile[]
  assets?: SkillFile[]
  when_to_use?: string
  allowed_tools?: string[]
  argument_hint?: string
  arguments?: string[]
  model?: string
  compatibility?: string
  user_invocable?: boolean
  disable_model_invocation?: boolean
}

const fileSchema: () => z.ZodType<SkillFile> = once(() =>
  z.strictObject({
    path: packagePathSchema(),
    name: lineSchema(256).exactOptional(),
    description: textSchema(4096).exactOptional(),
    language: lineSchema(64).exactOptional(),
  }),
)

/** Schema of a skill's content. */
export const skillContentSchema: () => z.ZodType<SkillContent> = once(() =>
  z.strictObject({
    instructions: packagePathSchema(),
    invocation: z.enum(['model', 'command']).exactOptional(),
    scripts: listSchema(fileSchema(), 1000).exactOptional(),
    references: listSchema(fileSchema(), 1000).exactOptional(),
    assets: listSchema(fileSchema(), 1000).exactOptional(),
    when_to_use: textSchema(4096).exactOptional(),
    allowed_tools: listSchema(lineSchema(512), 256).exactOptional(),
    argument_hint: textSchema(1024).exactOptional(),
    arguments: listSchema(lineSchema(256), 64).exactOptional(),
    model: lineSchema(128).exactOptional(),
    compatibility: textSchema(1024).exactOptional(),
    user_invocable: z.boolean().exactOptional(),
    disable_model_invocation: z.boolean().exactOptional(),
  }),
)
