/** A JSON Schema, passed through as it is. */
export type JsonSchema = Readonly<Record<string, unknown>>

/** A tool after naming and cleaning, before it takes a host's shape. */
export interface NamedTool {
  /** Matches `^[a-zA-Z0-9_-]{1,64}$`. */
  readonly name: string
  readonly description: string
  readonly input_schema: JsonSchema
}

/** A tool as the OpenAI API takes it. */
export interface OpenAiTool {
  readonly type: 'function'
  readonly function: {
    readonly name: string
    readonly description: string
    readonly parameters: JsonSchema
  }
}

/** A tool as an MCP server lists it. */
export interface McpTool {
  readonly name: string
  readonly description: string
  readonly inputSchema: JsonSchema
}

/** A tool as the Anthropic API takes it. */
export interface AnthropicTool {
  readonly name: string
  readonly description: string
  readonly input_schema: JsonSchema
}

/** Puts a tool in OpenAI's shape. */
export function toOpenAiTool(tool: NamedTool): OpenAiTool {
  const { name, description, input_schema } = tool
  return { type: 'function', function: { name, description, parameters: input_schema } }
}

/** Puts a tool in MCP's shape. */
export function toMcpTool(tool: OpenAiTool): McpTool {
  const { name, description, parameters } = tool.function
  return { name, description, inputSchema: parameters }
}

/** Puts a tool in Anthropic's shape. */
export function toAnthropicTool(tool: OpenAiTool): AnthropicTool {
  const { name, description, parameters } = tool.function
  return { name, description, input_schema: parameters }
}
