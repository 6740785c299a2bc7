/** Payload types of the documents this project signs; a signature over one is worthless over another. */
export const payloadTypes = {
  manifest: 'application/vnd.mothership.manifest.v1+json',
  key_statement: 'application/vnd.mothership.key-proof.v1+json',
  key_rotation: 'application/vnd.mothership.key-rotation.v1+json',
  release_record: 'application/vnd.mothership.release-record.v1+json',
  revocation_list: 'application/vnd.mothership.revocation-list.v1+json',
  catalogue_snapshot: 'application/vnd.mothership.catalogue-snapshot.v1+json',
  entitlement: 'application/vnd.mothership.entitlement.v1+json',
  usage_window: 'application/vnd.mothership.usage-window.v1+json',
} as const

/**
 * The bytes a signature covers: the DSSE v1 pre-authentication encoding of a type and a payload,
 * `"DSSEv1" SP LEN(type) SP type SP LEN(payload) SP payload`, lengths in bytes, in decimal.
 */
export function encodeDsse(payloadType: string, payload: Uint8Array): Uint8Array {
  const type = encoder.encode(payloadType)
  const head = encoder.encode(`DSSEv1 ${type.length} ${payloadType} ${payload.length} `)
  const bytes = new Uint8Array(head.length + payload.length)
  bytes.set(head)
  bytes.set(payload, head.length)
  return bytes
}

const encoder = new TextEncoder()
