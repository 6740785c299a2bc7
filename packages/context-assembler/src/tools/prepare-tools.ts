import { ContextError } from '../errors.ts'
import { sha256OfText } from '../digest/sha256.ts'
import { fenceLine, fenceText } from '../fencing/fence-text.ts'
import type { Findings } from '../layout/findings.ts'
import type { Tool } from './tool.ts'
import { toOpenAiTool, type OpenAiTool } from './tool-formats.ts'

/** Longest tool name that today's model APIs take. */
const maxNameLength = 64
/** OpenAI refuses more tools than this. */
const maxTools = 128
/** OpenAI refuses longer descriptions. */
const maxDescriptionLength = 1024

/**
 * Names tools for the model, cleans their descriptions and sorts them by name. A plugin's tool becomes
 * `plugin__name`, so that it cannot stand in for the host's or another plugin's.
 *
 * @throws ContextError `tool_conflict` where two tools come to the same name, `invalid_input` where a name is not ASCII.
 */
export function prepareTools(tools: readonly Tool[], findings: Findings): OpenAiTool[] {
  const byName = new Map<string, OpenAiTool>()
  for (const tool of tools) {
    const name = toolName(tool)
    if (byName.has(name)) {
      throw new ContextError(
        'tool_conflict',
        `expected every tool to have a name of its own, but two are called "${name}"; rename one or give its plugin`,
      )
    }
    const description = cleanDescription(tool, name, findings)
    const input_schema = tool.input_schema ?? { type: 'object', properties: {} }
    byName.set(name, toOpenAiTool({ name, description, input_schema }))
  }
  if (byName.size > maxTools) {
    findings.add('listing_limit', `${byName.size} tools; model APIs take ${maxTools} at most`)
  }
  return [...byName.values()].sort((a, b) => (a.function.name < b.function.name ? -1 : 1))
}

/** The name under which the model sees a tool: `^[a-zA-Z0-9_-]{1,64}$`. */
export function toolName(tool: Pick<Tool, 'name' | 'plugin'>): string {
  if (!/^[A-Za-z0-9_.:/-]{1,128}$/.test(tool.name)) {
    throw new ContextError(
      'invalid_input',
      `expected a tool name of ASCII letters, digits, "_", "-", ".", ":" or "/", came ${JSON.stringify(tool.name.slice(0, 80))}`,
    )
  }
  const full = tool.plugin === undefined ? tool.name : `${tool.plugin}__${tool.name}`
  const name = full.replaceAll(/[^A-Za-z0-9_-]/g, '_')
  if (name === full && name.length <= maxNameLength) return name
  const suffix = `_${sha256OfText(full).slice(0, 8)}`
  if (name.length <= maxNameLength - suffix.length && tool.plugin === undefined)
    return name + suffix
  return name.slice(0, maxNameLength - suffix.length) + suffix
}

function cleanDescription(tool: Tool, name: string, findings: Findings): string {
  const raw = tool.description ?? ''
  const fenced = raw.includes('\n') ? fenceText(raw) : fenceLine(raw)
  findings.fenced(fenced, { slug: tool.plugin, path: `tool:${name}` })
  if (fenced.text.length <= maxDescriptionLength) return fenced.text
  findings.add('cut', `cut the description of tool ${name}`, { slug: tool.plugin })
  let text = ''
  for (const point of fenced.text) {
    if (text.length + point.length > maxDescriptionLength - 1) break
    text += point
  }
  return `${text.replace(/&[a-z]{0,4}$/, '').trimEnd()}…`
}
