import * as z from 'zod'
import type { JsonObject } from '../json/json-value.ts'
import {
  jsonObjectSchema,
  lineSchema,
  listSchema,
  packagePathSchema,
  slugSchema,
  textSchema,
} from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'
import { type ContainerForm, containerFormSchema } from './app.ts'

/** What an agent is made of: how it speaks, what it runs on, what it may use; or a container that is one. */
export interface AgentContent {
  /** The file of its instructions inside the package. */
  instructions?: string
  /** Its system prompt, where it is short enough to stand here. */
  system_prompt?: string
  /** Slug of the persona it speaks as. */
  persona?: string
  model?: string
  temperature?: number
  tools?: string[]
  disallowed_tools?: string[]
  /** Slugs of skills and plugins it is given, the first first in context. */
  skills?: string[]
  plugins?: string[]
  max_turns?: number
  /** Form for a slot: one container, one agent. */
  container?: ContainerForm
  /** Programming language of the container's program. */
  language?: string
  /** Which language-model providers it can work with. */
  llm_providers?: string[]
  /** Entry of an agent the host itself starts. */
  entrypoint?: JsonObject
}

/** Schema of an agent's content. */
export const agentContentSchema: () => z.ZodType<AgentContent> = once(() =>
  z.strictObject({
    instructions: packagePathSchema().exactOptional(),
    system_prompt: textSchema(65_536).exactOptional(),
    persona: slugSchema().exactOptional(),
    model: lineSchema(128).exactOptional(),
    temperature: z.number().min(0).max(2).exactOptional(),
    tools: listSchema(lineSchema(512), 512).exactOptional(),
    disallowed_tools: listSchema(lineSchema(512), 512).exactOptional(),
    skills: listSchema(lineSchema(256), 256).exactOptional(),
    plugins: listSchema(lineSchema(256), 256).exactOptional(),
    max_turns: z.int().min(1).max(100_000).exactOptional(),
    container: containerFormSchema().exactOptional(),
    language: lineSchema(64).exactOptional(),
    llm_providers: listSchema(lineSchema(64), 64).exactOptional(),
    entrypoint: jsonObjectSchema().exactOptional(),
  }),
)
