import { describe, expect, it } from 'vitest'
import { kinds, manifestJsonSchema } from '../index.ts'

describe('manifestJsonSchema', () => {
  it.each(kinds)('[C2] is the published schema of %s, no drift', async (kind) => {
    const text = `${JSON.stringify(manifestJsonSchema(kind), null, 2)}\n`
    await expect(text).toMatchFileSnapshot(`../../schemas/${kind}.schema.json`)
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
