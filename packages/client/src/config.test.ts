import { describe, expect, it } from 'vitest'
import { type MothershipOptions, readConfig, validateConfig } from './config.ts'

const token = 'mst_0123456789abcdef0123'

function verdictOf(options: MothershipOptions) {
  return validateConfig(readConfig({ env: {}, url: 'https://m.example', ...options }))
}

describe('configuration', () => {
  it('has working defaults', () => {
    expect(readConfig({ env: {} })).toMatchObject({
      enabled: true,
      requireToken: false,
      strict: false,
      timeoutMs: 30_000,
      credentials: { token: undefined, apiKey: undefined, accessToken: undefined },
    })
  })

  it('takes the option before MOTHERSHIP_*, and that before the older name', () => {
    const env = {
      MOTHERSHIP_URL: 'https://new.example',
      ATOM_SAAS_API_URL: 'https://old.example/api/v1/marketplace',
      MOTHERSHIP_TOKEN: 'new',
      ATOM_SAAS_API_TOKEN: 'old',
    }
    expect(readConfig({ env, url: 'https://option.example', token: 'option' })).toMatchObject({
      base: 'https://option.example',
      credentials: { token: 'option' },
    })
    expect(readConfig({ env })).toMatchObject({
      base: 'https://new.example',
      credentials: { token: 'new' },
    })
    expect(
      readConfig({ env: { ...env, MOTHERSHIP_URL: undefined, MOTHERSHIP_TOKEN: undefined } }),
    ).toMatchObject({ base: 'https://old.example', credentials: { token: 'old' } })
  })

  it.each([
    ['true', true],
    ['1', true],
    ['YES', true],
    ['on', true],
    ['false', false],
    ['0', false],
    ['', false],
  ])('reads MARKETPLACE_ENABLED=%s as %s', (text, enabled) => {
    expect(readConfig({ env: { MARKETPLACE_ENABLED: text } }).enabled).toBe(enabled)
    expect(
      readConfig({ env: { MARKETPLACE_ENABLED: 'true', MOTHERSHIP_ENABLED: text } }).enabled,
    ).toBe(enabled)
  })

  it.each([
    ['https://m.example/', 'https://m.example'],
    ['https://m.example/api/v1/marketplace/', 'https://m.example'],
    ['https://m.example/api/v1', 'https://m.example'],
    ['https://m.example/shop/api/v1', 'https://m.example/shop'],
    ['http://127.0.0.1:8787', 'http://127.0.0.1:8787'],
    ['http://[::1]:8787', 'http://[::1]:8787'],
    ['http://localhost:8787', 'http://localhost:8787'],
  ])('reads the address %s as %s', (url, base) => {
    expect(readConfig({ env: {}, url })).toMatchObject({ base, problem: undefined })
  })

  it.each([
    'm.example',
    'ftp://m.example',
    'file:///etc/passwd',
    'https://user:secret@m.example',
    'http://m.example',
    'http://127.0.0.1.evil.example',
    'http://localhost.evil.example',
  ])('refuses the address %s and says why without repeating a secret', (url) => {
    const { base, problem } = readConfig({ env: {}, url })
    expect(base).toBeUndefined()
    expect(problem).toMatch(/address/)
    expect(problem).not.toContain('secret')
  })

  it('allows http to another machine only when told to', () => {
    const url = 'http://m.example'
    expect(readConfig({ env: {}, url, allowInsecure: true }).base).toBe(url)
  })

  it('judges: disabled is ok, no token a warning, a short token or no address an error', () => {
    expect(verdictOf({ enabled: false, url: 'nonsense', token: 'short' })).toEqual({ status: 'ok' })
    expect(verdictOf({})).toMatchObject({ status: 'warning' })
    expect(verdictOf({ token: 'x'.repeat(19) })).toMatchObject({ status: 'error' })
    expect(verdictOf({ token: 'x'.repeat(20) })).toEqual({ status: 'ok' })
    expect(verdictOf({ url: '', token })).toMatchObject({ status: 'error' })
  })
})
