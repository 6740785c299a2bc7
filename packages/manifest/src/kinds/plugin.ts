import * as z from 'zod'
import type { JsonObject, JsonValue } from '../json/json-value.ts'
import {
  jsonObjectSchema,
  jsonValueSchema,
  lineSchema,
  listSchema,
  mapSchema,
  packagePathSchema,
  textSchema,
} from '../manifest/fields.ts'
import { once } from '../manifest/once.ts'

/** A skill, command, agent or the like inside a plugin. */
export interface PluginPart {
  name: string
  path: string
  description?: string
}

/** One handler of one hook event. */
export interface PluginHook {
  event: string
  type: 'command' | 'http' | 'prompt' | 'agent' | 'mcp_tool'
  matcher?: string
  /** What a command hook runs. */
  command?: string
  /** Where an http hook posts to. */
  url?: string
}

/** How an MCP server is reached. */
export interface PluginMcpServer {
  name: string
  type: 'stdio' | 'http' | 'sse' | 'bundle'
  command?: string
  args?: string[]
  env?: Record<string, string>
  url?: string
  headers?: Record<string, string>
  /** A bundled server: path of the `.mcpb` file inside the package. */
  bundle?: string
}

/** How a language server is started. */
export interface PluginLspServer {
  name: string
  command: string
  args?: string[]
  env?: Record<string, string>
  extensions?: Record<string, string>
}

/** What a plugin bundles. It may hold nothing but MCP servers. */
export interface PluginContent {
  skills?: PluginPart[]
  commands?: PluginPart[]
  agents?: PluginPart[]
  output_styles?: PluginPart[]
  workflows?: PluginPart[]
  hooks?: PluginHook[]
  mcp_servers?: PluginMcpServer[]
  lsp_servers?: PluginLspServer[]
  settings?: JsonObject
  user_config?: JsonObject
  channels?: JsonValue[]
}

const partSchema: () => z.ZodType<PluginPart> = once(() =>
  z.strictObject({
    name: lineSchema(256),
    path: packagePathSchema(),
    description: textSchema(8192).exactOptional(),
  }),
)
const hookSchema: () => z.ZodType<PluginHook> = once(() =>
  z.strictObject({
    event: z.string().regex(/^[A-Za-z]{1,64}$/),
    type: z.enum(['command', 'http', 'prompt', 'agent', 'mcp_tool']),
    matcher: textSchema(1024).exactOptional(),
    command: textSchema(16_384).exactOptional(),
    url: lineSchema(2048).exactOptional(),
  }),
)
const namePattern = /^[^\r\n]{1,256}$/
const environmentSchema = once(() => mapSchema(namePattern, textSchema(8192)))
const mcpServerSchema: () => z.ZodType<PluginMcpServer> = once(() =>
  z.strictObject({
    name: lineSchema(256),
    type: z.enum(['stdio', 'http', 'sse', 'bundle']),
    command: textSchema(4096).exactOptional(),
    args: listSchema(textSchema(8192), 256).exactOptional(),
    env: environmentSchema().exactOptional(),
    url: textSchema(4096).exactOptional(),
    headers: environmentSchema().exactOptional(),
    bundle: packagePathSchema().exactOptional(),
  }),
)
const lspServerSchema: () => z.ZodType<PluginLspServer> = once(() =>
  z.strictObject({
    name: lineSchema(256),
    command: textSchema(4096),
    args: listSchema(textSchema(8192), 256).exactOptional(),
    env: environmentSchema().exactOptional(),
    extensions: environmentSchema().exactOptional(),
  }),
)
const partsSchema = once(() => listSchema(partSchema(), 1000))

/** Schema of a plugin's content. */
export const pluginContentSchema: () => z.ZodType<PluginContent> = once(() =>
  z.strictObject({
    skills: partsSchema().exactOptional(),
    commands: partsSchema().exactOptional(),
    agents: partsSchema().exactOptional(),
    output_styles: partsSchema().exactOptional(),
    workflows: partsSchema().exactOptional(),
    hooks: listSchema(hookSchema(), 1000).exactOptional(),
    mcp_servers: listSchema(mcpServerSchema(), 256).exactOptional(),
    lsp_servers: listSchema(lspServerSchema(), 256).exactOptional(),
    settings: jsonObjectSchema().exactOptional(),
    user_config: jsonObjectSchema().exactOptional(),
    channels: listSchema(jsonValueSchema(), 256).exactOptional(),
  }),
)
