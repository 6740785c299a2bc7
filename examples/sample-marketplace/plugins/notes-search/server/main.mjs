// An MCP server over standard input and output: one JSON-RPC message a line.
import { createInterface } from 'node:readline'
import { readNote, searchNotes } from './notes.mjs'

const directory = process.env.NOTES_DIRECTORY
if (!directory) {
  console.error('set NOTES_DIRECTORY to the folder that holds your notes')
  process.exit(2)
}

const tools = [
  {
    name: 'search_notes',
    description: 'Search the Markdown notes for words; answers the best notes with their matching lines.',
    inputSchema: {
      type: 'object',
      properties: { query: { type: 'string' }, limit: { type: 'integer', minimum: 1, maximum: 20 } },
      required: ['query'],
    },
  },
  {
    name: 'read_note',
    description: 'Read one note by its path as search_notes gave it.',
    inputSchema: { type: 'object', properties: { path: { type: 'string' } }, required: ['path'] },
  },
]

for await (const line of createInterface({ input: process.stdin })) {
  if (line.trim() === '') continue
  const answer = await handle(line)
  if (answer) process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...answer })}\n`)
}

async function handle(line) {
  let message
  try {
    message = JSON.parse(line)
  } catch {
    return { id: null, error: { code: -32700, message: 'not JSON' } }
  }
  if (message === null || typeof message !== 'object') return { id: null, error: { code: -32600, message: 'not a request' } }
  const { id, method, params = {} } = message
  if (id === undefined) return undefined // A notification wants no answer.
  switch (method) {
    case 'initialize':
      return {
        id,
        result: {
          protocolVersion: '2025-06-18',
          capabilities: { tools: {} },
          serverInfo: { name: 'notes-search', version: '0.3.0' },
        },
      }
    case 'ping':
      return { id, result: {} }
    case 'tools/list':
      return { id, result: { tools } }
    case 'tools/call':
      return { id, result: await call(params?.name, params?.arguments ?? {}) }
    default:
      return { id, error: { code: -32601, message: `unknown method ${String(method).slice(0, 100)}` } }
  }
}

async function call(name, input) {
  try {
    if (name === 'search_notes') return text(await searchNotes(directory, input.query, input.limit))
    if (name === 'read_note') return text(await readNote(directory, input.path))
    return { ...text(`there is no tool ${String(name).slice(0, 100)}`), isError: true }
  } catch (error) {
    return { ...text(error.message), isError: true }
  }
}

function text(value) {
  return { content: [{ type: 'text', text: value }] }
}
