import { isJsonObject, type JsonObject, type JsonValue } from '../json/json-value.ts'
import type { PluginHook } from '../kinds/plugin.ts'
import { insidePath } from './claude-parts.ts'
import type { FileMap, FormatProblem } from './file-map.ts'
import { asLine, readForeignObject, textField } from './foreign-json.ts'

/** Events hosts know; others are kept, with a warning. */
const knownEvents: ReadonlySet<string> = new Set(
  `SessionStart Setup InstructionsLoaded UserPromptSubmit UserPromptExpansion MessageDisplay PreToolUse PermissionRequest
  PostToolUse PostToolUseFailure PostToolBatch PermissionDenied Notification SubagentStart SubagentStop TaskCreated
  TaskCompleted Stop StopFailure TeammateIdle ConfigChange CwdChanged DirectoryAdded FileChanged WorktreeCreate
  WorktreeRemove PreCompact PostCompact SessionEnd Elicitation ElicitationResult`.split(/\s+/),
)

/**
 * Reads the hooks of a plugin: `hooks/hooks.json` and what its manifest adds, by path or in place. With an entry's own
 * hooks, those replace the events they name.
 */
export function readClaudeHooks(
  files: FileMap,
  manifest: JsonObject,
  entry: JsonObject | undefined,
  manifestFile: string,
  problems: FormatProblem[],
): PluginHook[] {
  const own = [
    ...hooksOfFile(files, 'hooks/hooks.json', problems),
    ...hooksOfDeclaration(files, manifest['hooks'], manifestFile, problems),
  ]
  const added = hooksOfDeclaration(files, entry?.['hooks'], manifestFile, problems)
  const replaced = new Set(added.map(({ event }) => event))
  return unique([...own.filter(({ event }) => !replaced.has(event)), ...added])
}

function unique(hooks: readonly PluginHook[]): PluginHook[] {
  const byText = new Map(hooks.map((hook) => [JSON.stringify(hook), hook]))
  return [...byText.values()]
}

function hooksOfDeclaration(
  files: FileMap,
  value: JsonValue | undefined,
  file: string,
  problems: FormatProblem[],
): PluginHook[] {
  if (value === undefined) return []
  if (Array.isArray(value))
    return value.flatMap((each) => hooksOfDeclaration(files, each, file, problems))
  if (isJsonObject(value)) return hooksOfObject(value, file, problems)
  const path = typeof value === 'string' ? insidePath(value) : undefined
  if (path === undefined || !files.has(path)) {
    problems.push(
      warning(
        file,
        `hooks: expected a file of the plugin, got ${asLine(JSON.stringify(value), 80)}: correct the path`,
      ),
    )
    return []
  }
  return hooksOfFile(files, path, problems)
}

function hooksOfFile(files: FileMap, path: string, problems: FormatProblem[]): PluginHook[] {
  const value = readForeignObject(files, path, problems)
  return value === undefined ? [] : hooksOfObject(value, path, problems)
}

function hooksOfObject(value: JsonObject, file: string, problems: FormatProblem[]): PluginHook[] {
  const wrapped = value['hooks']
  const events = isJsonObject(wrapped) ? wrapped : value
  return Object.entries(events).flatMap(([event, groups]) => {
    if (!Array.isArray(groups)) {
      if (event !== 'description' && event !== 'version') {
        problems.push(
          warning(
            file,
            `${asLine(event, 80)}: expected a list of hook groups, got another value: see the format`,
          ),
        )
      }
      return []
    }
    if (!/^[A-Za-z]{1,64}$/.test(event)) {
      problems.push(
        warning(file, `expected the name of an event, got ${asLine(event, 80)}: correct it`),
      )
      return []
    }
    if (!knownEvents.has(event)) {
      problems.push(warning(file, `expected an event hosts know, got ${event}: check its spelling`))
    }
    return groups.flatMap((group) => hooksOfGroup(event, group, file, problems))
  })
}

function hooksOfGroup(
  event: string,
  group: JsonValue,
  file: string,
  problems: FormatProblem[],
): PluginHook[] {
  if (!isJsonObject(group)) {
    problems.push(
      warning(file, `${event}: expected a hook group, got another value: see the format`),
    )
    return []
  }
  const handlers = group['hooks']
  const matcher = textField(group['matcher'])
  if (!Array.isArray(handlers)) {
    problems.push(
      warning(
        file,
        `${event}: expected a list named hooks in each group, got none: wrap the handlers`,
      ),
    )
    return group['command'] === undefined ? [] : hookOf(event, matcher, group, file, problems)
  }
  return handlers.flatMap((handler) =>
    isJsonObject(handler) ? hookOf(event, matcher, handler, file, problems) : [],
  )
}

function hookOf(
  event: string,
  matcher: string | undefined,
  handler: JsonObject,
  file: string,
  problems: FormatProblem[],
): PluginHook[] {
  const type = hookTypes.find((known) => known === (handler['type'] ?? 'command'))
  if (type === undefined) {
    problems.push(
      warning(
        file,
        `${event}: expected one of ${hookTypes.join(', ')}, got another type: correct it`,
      ),
    )
    return []
  }
  const command = textField(handler['command'])
  const url = textField(handler['url'])
  return [
    {
      event,
      type,
      ...(matcher === undefined ? {} : { matcher: matcher.slice(0, 1024) }),
      ...(command === undefined ? {} : { command: command.slice(0, 16_384) }),
      ...(url === undefined ? {} : { url: asLine(url, 2048) }),
    },
  ]
}

const hookTypes = ['command', 'http', 'prompt', 'agent', 'mcp_tool'] as const

function warning(file: string, message: string): FormatProblem {
  return { severity: 'warning', file, message }
}
