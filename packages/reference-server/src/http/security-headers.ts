import type { MiddlewareHandler } from 'hono'
import { NONCE, secureHeaders } from 'hono/secure-headers'
import type { Environment } from './environment.ts'

/** Where the API reference is served: the one page that runs a script. */
export const referencePath = '/docs'

/** Headers of every answer, by what it is. */
export function securityHeaders(): MiddlewareHandler<Environment> {
  const plain = plainHeaders()
  const reference = referenceHeaders()
  return (c, next) => (c.req.path === referencePath ? reference(c, next) : plain(c, next))
}

/** Pages run no script at all, and nothing loads anything from elsewhere. */
function plainHeaders(): MiddlewareHandler<Environment> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'none'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
  })
}

/** The API reference's script is our own file, let in by a number used once, and sets styles as it goes. */
function referenceHeaders(): MiddlewareHandler<Environment> {
  return secureHeaders({
    contentSecurityPolicy: {
      defaultSrc: ["'none'"],
      scriptSrc: [NONCE],
      styleSrc: ["'self'", "'unsafe-inline'"],
      imgSrc: ["'self'", 'data:'],
      fontSrc: ["'self'", 'data:'],
      connectSrc: ["'self'"],
      workerSrc: ["'self'", 'blob:'],
      baseUri: ["'none'"],
      formAction: ["'self'"],
      frameAncestors: ["'none'"],
    },
    referrerPolicy: 'same-origin',
    xFrameOptions: 'DENY',
  })
}
