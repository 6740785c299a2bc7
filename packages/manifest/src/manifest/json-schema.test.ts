import { readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { kinds, manifestJsonSchema } from '../index.ts'

/** `UPDATE_SCHEMAS=1` writes the published files anew. */
const update = process.env['UPDATE_SCHEMAS'] === '1'

describe('manifestJsonSchema', () => {
  it.each(kinds)('[C2] is the published schema of %s, no drift', (kind) => {
    const file = new URL(`../../schemas/${kind}.schema.json`, import.meta.url)
    if (update) writeFileSync(file, `${JSON.stringify(manifestJsonSchema(kind), null, 2)}\n`)
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual(manifestJsonSchema(kind))
  })

  it('refuses unknown fields and names the permissions each kind may ask for', () => {
    const skill = manifestJsonSchema('skill')
    expect(skill).toMatchObject({
      additionalProperties: false,
      properties: { kind: { const: 'skill' } },
    })
    expect(JSON.stringify(skill)).toContain('chat_inject')
    expect(JSON.stringify(manifestJsonSchema('theme'))).toContain('"maxItems":0')
  })
})
