// The largest eigenpairs of a sparse symmetric matrix, by subspace iteration with Rayleigh-Ritz.

/** Compressed rows; the matrix is symmetric. */
export interface SparseMatrix {
  readonly size: number
  readonly starts: Uint32Array
  readonly columns: Uint32Array
  readonly values: Float32Array
}

/** `vectors` holds `size` rows of `rank` columns, best eigenvalue first. */
export interface EigenPairs {
  readonly values: Float64Array
  readonly vectors: Float32Array
}

export function truncatedEigen(
  matrix: SparseMatrix,
  rank: number,
  iterations: number,
  random: () => number,
): EigenPairs {
  const width = rank + 16
  const { size } = matrix
  let basis: Float32Array = Float32Array.from({ length: size * width }, () => random() * 2 - 1)
  orthonormalise(basis, size, width)
  for (let round = 0; round < iterations; round += 1) {
    basis = multiply(matrix, basis, width)
    orthonormalise(basis, size, width)
  }
  const image = multiply(matrix, basis, width)
  const small = new Float64Array(width * width)
  for (let row = 0; row < size; row += 1) {
    for (let a = 0; a < width; a += 1) {
      const left = basis[row * width + a]!
      for (let b = 0; b < width; b += 1) small[a * width + b]! += left * image[row * width + b]!
    }
  }
  const { values, vectors } = jacobi(small, width)
  const order = [...values.keys()].sort((a, b) => values[b]! - values[a]!).slice(0, rank)
  const out = new Float32Array(size * rank)
  for (let row = 0; row < size; row += 1) {
    for (let k = 0; k < rank; k += 1) {
      let sum = 0
      for (let a = 0; a < width; a += 1)
        sum += basis[row * width + a]! * vectors[a * width + order[k]!]!
      out[row * rank + k] = sum
    }
  }
  return { values: Float64Array.from(order, (index) => values[index]!), vectors: out }
}

function multiply(matrix: SparseMatrix, x: Float32Array, width: number): Float32Array {
  const out = new Float32Array(matrix.size * width)
  for (let row = 0; row < matrix.size; row += 1) {
    const target = out.subarray(row * width, (row + 1) * width)
    for (let at = matrix.starts[row]!; at < matrix.starts[row + 1]!; at += 1) {
      const value = matrix.values[at]!
      const from = matrix.columns[at]! * width
      for (let k = 0; k < width; k += 1) target[k]! += value * x[from + k]!
    }
  }
  return out
}

/** Gram-Schmidt, twice, on columns. Works on a transposed copy so that columns lie together. */
function orthonormalise(x: Float32Array, size: number, width: number): void {
  const columns = Array.from({ length: width }, (_unused, k) =>
    Float64Array.from({ length: size }, (_same, row) => x[row * width + k]!),
  )
  for (let k = 0; k < width; k += 1) {
    const column = columns[k]!
    for (let pass = 0; pass < 2; pass += 1) {
      for (let j = 0; j < k; j += 1) {
        const other = columns[j]!
        let dot = 0
        for (let row = 0; row < size; row += 1) dot += column[row]! * other[row]!
        for (let row = 0; row < size; row += 1) column[row]! -= dot * other[row]!
      }
    }
    let norm = 0
    for (let row = 0; row < size; row += 1) norm += column[row]! ** 2
    norm = Math.sqrt(norm) || 1
    for (let row = 0; row < size; row += 1) x[row * width + k] = column[row]! /= norm
  }
}

function jacobi(matrix: Float64Array, n: number): { values: Float64Array; vectors: Float64Array } {
  const a = Float64Array.from(matrix)
  const v = new Float64Array(n * n)
  for (let i = 0; i < n; i += 1) v[i * n + i] = 1
  for (let sweep = 0; sweep < 30; sweep += 1) {
    let off = 0
    for (let p = 0; p < n; p += 1) for (let q = p + 1; q < n; q += 1) off += a[p * n + q]! ** 2
    if (off < 1e-12) break
    for (let p = 0; p < n; p += 1) {
      for (let q = p + 1; q < n; q += 1) {
        const apq = a[p * n + q]!
        if (Math.abs(apq) < 1e-14) continue
        const theta = (a[q * n + q]! - a[p * n + p]!) / (2 * apq)
        const t = Math.sign(theta || 1) / (Math.abs(theta) + Math.sqrt(theta * theta + 1))
        const c = 1 / Math.sqrt(t * t + 1)
        const s = t * c
        for (let k = 0; k < n; k += 1) {
          const kp = a[k * n + p]!
          const kq = a[k * n + q]!
          a[k * n + p] = c * kp - s * kq
          a[k * n + q] = s * kp + c * kq
        }
        for (let k = 0; k < n; k += 1) {
          const pk = a[p * n + k]!
          const qk = a[q * n + k]!
          a[p * n + k] = c * pk - s * qk
          a[q * n + k] = s * pk + c * qk
        }
        for (let k = 0; k < n; k += 1) {
          const kp = v[k * n + p]!
          const kq = v[k * n + q]!
          v[k * n + p] = c * kp - s * kq
          v[k * n + q] = s * kp + c * kq
        }
      }
    }
  }
  return { values: Float64Array.from({ length: n }, (_unused, i) => a[i * n + i]!), vectors: v }
}
