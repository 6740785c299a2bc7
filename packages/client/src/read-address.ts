/** An address to use, or why there is none. */
export interface Address {
  /** Address that operation paths are appended to, without a slash at its end; undefined when there is none to use. */
  readonly base: string | undefined
  /** Why `base` is undefined, and what to do. */
  readonly problem: string | undefined
}

/** Reads an address: an origin, a path prefix or `/api/v1/marketplace` allowed. Never throws and repeats no secret. */
export function readAddress(text: string | undefined, allowInsecure: boolean): Address {
  const refuse = (problem: string) => ({ base: undefined, problem })
  if (!text) {
    return refuse('There is no address: set the option `url` or MOTHERSHIP_URL.')
  }
  if (!URL.canParse(text)) {
    return refuse('The address is no URL: it must look like https://mothership.example.')
  }
  const url = new URL(text)
  if (url.username || url.password) {
    return refuse('The address holds a user or a password: give credentials as options instead.')
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:') {
    return refuse(`The address starts with ${url.protocol} where https: was expected.`)
  }
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    return refuse(
      `The address sends everything to ${url.hostname} unencrypted: use https:, or set \`allowInsecure\`.`,
    )
  }
  const path = url.pathname.replace(/\/+$/, '').replace(/\/api\/v1(?:\/marketplace)?$/, '')
  return { base: url.origin + path, problem: undefined }
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    /^127\.\d+\.\d+\.\d+$/.test(hostname)
  )
}
