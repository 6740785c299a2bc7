import { describe, expect, it } from 'vitest'
import { createCircuitBreaker } from './circuit-breaker.ts'
import type { BreakerState } from './events.ts'

function open() {
  let time = 0
  const states: BreakerState[] = []
  const breaker = createCircuitBreaker({
    failures: 3,
    pauseMs: 1000,
    now: () => time,
    onChange: (state) => states.push(state),
  })
  const fail = () => breaker.enter(false).failed()
  return { breaker, states, fail, wait: (ms: number) => (time += ms) }
}

describe('the circuit breaker', () => {
  it('opens after failures in a row only', () => {
    const { breaker, states, fail } = open()
    fail()
    fail()
    breaker.enter(false).succeeded()
    fail()
    fail()
    expect(states).toEqual([])
    fail()
    expect(states).toEqual(['open'])
    expect(() => breaker.enter(false)).toThrow(expect.objectContaining({ code: 'circuit_open' }))
  })

  it('lets exactly one probe through after the pause, and closes when that succeeds', () => {
    const { breaker, states, fail, wait } = open()
    fail()
    fail()
    fail()
    wait(999)
    expect(() => breaker.enter(false)).toThrow(/3 times in a row/)
    wait(1)
    const probe = breaker.enter(false)
    expect(() => breaker.enter(false)).toThrow(expect.objectContaining({ code: 'circuit_open' }))
    probe.succeeded()
    breaker.enter(false).succeeded()
    expect(states).toEqual(['open', 'half_open', 'closed'])
  })

  it('pauses anew when the probe fails, and probes again at once when it was cancelled', () => {
    const { breaker, states, fail, wait } = open()
    fail()
    fail()
    fail()
    wait(1000)
    breaker.enter(false).failed()
    wait(999)
    expect(() => breaker.enter(false)).toThrow()
    wait(1)
    breaker.enter(false).released()
    breaker.enter(false).succeeded()
    expect(states).toEqual([
      'open',
      'half_open',
      'open',
      'half_open',
      'open',
      'half_open',
      'closed',
    ])
  })

  it('lets a question about health through, which closes it', () => {
    const { breaker, fail } = open()
    fail()
    fail()
    fail()
    breaker.enter(true).succeeded()
    expect(breaker.state()).toBe('closed')
  })
})
