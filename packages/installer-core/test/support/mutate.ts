/** A generator of numbers that repeats itself for a seed. */
export function createRandom(seed: number): (below: number) => number {
  let state = seed >>> 0
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

const block = 512

/** Damages bytes the way broken disks and clever people do: flips, cuts, repeats, swaps, numbers where text was. */
export function mutate(bytes: Uint8Array, random: (below: number) => number): Uint8Array {
  let changed = Uint8Array.from(bytes)
  const rounds = 1 + random(4)
  for (let round = 0; round < rounds; round += 1) changed = mutateOnce(changed, random)
  return changed
}

function mutateOnce(bytes: Uint8Array, random: (below: number) => number): Uint8Array<ArrayBuffer> {
  const at = random(bytes.length + 1)
  const aligned = at - (at % block)
  switch (random(7)) {
    case 0: {
      const flipped = Uint8Array.from(bytes)
      flipped[at] = (flipped[at] ?? 0) ^ (1 << random(8))
      return flipped
    }
    case 1:
      return Uint8Array.from(bytes.subarray(0, at))
    case 2: {
      const piece = bytes.subarray(aligned, aligned + block)
      return concat(bytes.subarray(0, aligned), piece, bytes.subarray(aligned))
    }
    case 3:
      return concat(bytes.subarray(0, aligned), bytes.subarray(aligned + block))
    case 4: {
      const text = ['../', '/', '\\', 'C:', '\0', '..', '\xff'][random(7)] ?? ''
      return concat(
        bytes.subarray(0, at),
        Buffer.from(text, 'latin1'),
        bytes.subarray(at + text.length),
      )
    }
    case 5: {
      const typed = Uint8Array.from(bytes)
      typed[aligned + 156] = 48 + random(10)
      return typed
    }
    default: {
      const filled = Uint8Array.from(bytes)
      return filled.fill(random(256), at, at + random(64))
    }
  }
}

function concat(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let offset = 0
  for (const part of parts) {
    joined.set(part, offset)
    offset += part.length
  }
  return joined
}
