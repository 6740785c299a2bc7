import { resolve } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ConfigError } from '../errors.ts'
import { readConfig } from './config.ts'

const problemsOf = (environment: Record<string, string>, flags = {}): readonly string[] => {
  try {
    readConfig(environment, flags)
  } catch (error) {
    if (error instanceof ConfigError) return error.problems
    throw error
  }
  return []
}

describe('the configuration', () => {
  it('[M5] needs nothing: an empty environment is the embedded server on loopback', () => {
    expect(readConfig({})).toEqual({
      host: '127.0.0.1',
      port: 8787,
      dataDirectory: resolve('.mothership'),
      database: { engine: 'embedded' },
      redisUrl: undefined,
      publicUrl: undefined,
      trustedProxies: 0,
      requestsPerMinute: 6_000,
      logLevel: 'info',
    })
  })

  it('takes an empty variable for one that is not set', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: '', S3_BUCKET: '' })).toEqual(readConfig({}))
  })

  it('takes a database server from DATABASE_URL', () => {
    const url = 'postgres://mothership@/catalogue?host=/run/postgresql'
    expect(readConfig({ DATABASE_URL: url }).database).toEqual({ engine: 'postgres', url })
  })

  it('lets a flag win over the environment', () => {
    const config = readConfig({ PORT: '1', HOST: '::1' }, { port: '9000', dataDirectory: '/data' })
    expect(config).toMatchObject({ port: 9000, host: '::1', dataDirectory: resolve('/data') })
  })

  it('lists every problem at once', () => {
    const problems = problemsOf({
      PORT: '99999',
      HOST: 'http://example.org',
      DATABASE_URL: 'mysql://root@localhost/x',
      REDIS_URL: 'localhost:6379',
      MOTHERSHIP_ENGINE: 'sqlite',
      LOG_LEVEL: 'loud',
      MOTHERSHIP_PUBLIC_URL: 'https://market.example/path',
      MOTHERSHIP_TRUSTED_PROXIES: '-1',
      MOTHERSHIP_RATE_LIMIT: 'many',
      S3_BUCKET: 'packages',
      S3_ENDPOINT: 'https://s3.example.org',
    })
    for (const name of [
      'PORT',
      'HOST',
      'DATABASE_URL',
      'REDIS_URL',
      'MOTHERSHIP_ENGINE',
      'LOG_LEVEL',
      'MOTHERSHIP_PUBLIC_URL',
      'MOTHERSHIP_TRUSTED_PROXIES',
      'MOTHERSHIP_RATE_LIMIT',
      'S3_BUCKET, S3_ENDPOINT',
    ]) {
      expect(problems.filter((problem) => problem.startsWith(name))).not.toEqual([])
    }
  })

  it('repeats no value in a message, since a URL may hold a password', () => {
    const problems = problemsOf({
      DATABASE_URL: 'mysql://root:hunter2@localhost/x',
      REDIS_URL: 'hunter2',
    })
    expect(problems).toHaveLength(2)
    expect(problems.join()).not.toContain('hunter2')
  })

  it('refuses an engine of its own beside a database server', () => {
    const problems = problemsOf({
      DATABASE_URL: 'postgres://localhost/x',
      MOTHERSHIP_ENGINE: 'pglite',
    })
    expect(problems.join()).toContain('unset one of them')
  })
})
