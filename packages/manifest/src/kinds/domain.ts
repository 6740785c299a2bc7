import * as z from 'zod'
import type { JsonObject } from '../json/json-value.ts'
import {
  jsonObjectSchema,
  lineSchema,
  listSchema,
  slugSchema,
  textSchema,
} from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** What a specialist domain is made of. */
export interface DomainContent {
  /** How the specialist is set up; the host's own shape, carried as it is. */
  configuration: JsonObject
  /** Slug of the domain this one refines. */
  parent?: string
  system_prompt?: string
  /** Words that tell its subject. */
  keywords?: string[]
  /** Slugs of agents that work in it. */
  agents?: string[]
  skills?: string[]
}

/** Schema of a domain's content. */
export const domainContentSchema: () => z.ZodType<DomainContent> = once(() =>
  z.strictObject({
    configuration: jsonObjectSchema(),
    parent: slugSchema().exactOptional(),
    system_prompt: textSchema(65_536).exactOptional(),
    keywords: listSchema(lineSchema(128), 256).exactOptional(),
    agents: listSchema(slugSchema(), 256).exactOptional(),
    skills: listSchema(slugSchema(), 256).exactOptional(),
  }),
)
