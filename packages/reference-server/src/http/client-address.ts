import { isIP } from 'node:net'
import type { Context } from 'hono'
import type { Environment } from './environment.ts'

/**
 * Where a request comes from: the connection's other end, or, behind `trustedProxies` proxies of the operator's own, what
 * the outermost of them saw. Each appends to `X-Forwarded-For`, so the last entries are theirs and all before is the
 * sender's to write: it is never read.
 */
export function clientAddress(c: Context<Environment>, trustedProxies: number): string {
  const peer = plainAddress(c.env?.incoming?.socket?.remoteAddress)
  if (trustedProxies === 0) return peer
  const forwarded = (c.req.header('x-forwarded-for') ?? '').split(',').map((part) => part.trim())
  const seen = plainAddress(forwarded.at(-trustedProxies))
  // Fewer entries than proxies: the request came another way than it should, and says nothing that counts.
  return seen === unknownAddress ? peer : seen
}

/** One address, or for IPv6 the network of 64 bits that one customer has: `2001:db8:0:1::/64`. */
export function addressGroup(address: string): string {
  if (isIP(address) !== 6) return address
  const [head = '', tail] = address.split('::')
  const first = head === '' ? [] : head.split(':')
  const last = tail === undefined || tail === '' ? [] : tail.split(':')
  const gap = tail === undefined ? 0 : 8 - first.length - last.length
  const parts = [...first, ...Array.from({ length: Math.max(0, gap) }, () => '0'), ...last]
  const network = parts.slice(0, 4).map((part) => Number.parseInt(part, 16).toString(16))
  return `${network.join(':')}::/64`
}

/** In-process requests have no connection. */
const unknownAddress = 'unknown'

/** Without zone and port, IPv4 in its own form. */
function plainAddress(text: string | undefined): string {
  if (text === undefined) return unknownAddress
  const address = text.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '')
  return isIP(address) === 0 ? unknownAddress : address.toLowerCase()
}
