import * as z from 'zod'
import { lineSchema, listSchema, textSchema } from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** What a persona is made of. */
export interface PersonaContent {
  system_prompt: string
  /** How it sounds: `professional, friendly, concise`. */
  voice?: string
  temperature?: number
  recommended_models?: string[]
  greeting?: string
}

/** Schema of a persona's content. */
export const personaContentSchema: () => z.ZodType<PersonaContent> = once(() =>
  z.strictObject({
    system_prompt: textSchema(65_536),
    voice: textSchema(500).exactOptional(),
    temperature: z.number().min(0).max(2).exactOptional(),
    recommended_models: listSchema(lineSchema(128), 64).exactOptional(),
    greeting: textSchema(2048).exactOptional(),
  }),
)
