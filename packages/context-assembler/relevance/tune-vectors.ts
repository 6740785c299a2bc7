// Moves word vectors so that a task and the item that answers it point the same way, and other items elsewhere.
import { createRandom, shuffle } from './random.ts'
import type { PlainVectors } from './word-vector-file.ts'

/** Word rows of a task and of the item it belongs to. */
export interface RowPair {
  readonly task: readonly number[]
  readonly item: readonly number[]
  /** Items with equal group are not each other's wrong answers. */
  readonly group: number
}

export interface TuningOptions {
  readonly seed: number
  readonly rounds: number
  readonly batch: number
  readonly rate: number
  readonly temperature: number
  /** Share of the words left out at random, so that no single word decides. */
  readonly dropout: number
}

/** Both directions of a softmax over the batch (each task against all items, each item against all tasks), with Adam. */
export function tuneVectors(
  plain: PlainVectors,
  pairs: readonly RowPair[],
  options: TuningOptions,
): PlainVectors {
  const width = plain.dimensions
  const values = plain.values.slice()
  const first = new Float32Array(values.length)
  const second = new Float32Array(values.length)
  const random = createRandom(options.seed)
  const order = [...pairs]
  const batches = Math.floor(order.length / options.batch)
  let step = 0
  for (let round = 0; round < options.rounds; round += 1) {
    shuffle(order, random)
    for (let at = 0; at < batches; at += 1) {
      const batch = order.slice(at * options.batch, (at + 1) * options.batch)
      const tasks = batch.map((pair) => sumRows(values, width, thinned(pair.task, options, random)))
      const items = batch.map((pair) => sumRows(values, width, thinned(pair.item, options, random)))
      const errors = batchErrors(batch, tasks, items, options.temperature)
      const gradient = new Map<number, Float32Array>()
      for (let i = 0; i < batch.length; i += 1) {
        backward(tasks[i]!, pull(errors, i, items, false), gradient)
        backward(items[i]!, pull(errors, i, tasks, true), gradient)
      }
      step += 1
      const rate = options.rate * (1 - step / (options.rounds * batches + 1))
      const correction = Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step)
      for (const [row, g] of gradient) {
        for (let k = 0; k < width; k += 1) {
          const o = row * width + k
          first[o] = 0.9 * first[o]! + 0.1 * g[k]!
          second[o] = 0.999 * second[o]! + 0.001 * g[k]! * g[k]!
          values[o]! -= (rate * correction * first[o]) / (Math.sqrt(second[o]) + 1e-8)
        }
      }
    }
  }
  return { ...plain, values }
}

interface UnitSum {
  readonly rows: readonly number[]
  readonly unit: Float32Array
  readonly length: number
}

function thinned(
  rows: readonly number[],
  { dropout }: TuningOptions,
  random: () => number,
): readonly number[] {
  const kept = rows.filter(() => random() >= dropout)
  return kept.length > 0 ? kept : rows
}

function sumRows(values: Float32Array, width: number, rows: readonly number[]): UnitSum {
  const unit = new Float32Array(width)
  for (const row of rows) {
    for (let k = 0; k < width; k += 1) unit[k]! += values[row * width + k]!
  }
  let squares = 0
  for (const value of unit) squares += value * value
  const length = Math.sqrt(squares) || 1e-6
  for (let k = 0; k < width; k += 1) unit[k]! /= length
  return { rows, unit, length }
}

/** Derivative of the loss by each cosine: row = task, column = item. */
function batchErrors(
  batch: readonly RowPair[],
  tasks: readonly UnitSum[],
  items: readonly UnitSum[],
  temperature: number,
): { readonly size: number; readonly values: Float32Array } {
  const size = batch.length
  const logits = new Float32Array(size * size)
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j < size; j += 1) {
      const same = i !== j && batch[i]!.group === batch[j]!.group
      logits[i * size + j] = same ? -1e9 : dot(tasks[i]!.unit, items[j]!.unit) / temperature
    }
  }
  const values = new Float32Array(size * size)
  const factor = 0.5 / (temperature * size)
  for (let i = 0; i < size; i += 1) {
    addSoftmax(logits, values, i * size, 1, size, factor)
    addSoftmax(logits, values, i, size, size, factor)
    values[i * size + i]! -= 2 * factor
  }
  return { size, values }
}

function addSoftmax(
  logits: Float32Array,
  out: Float32Array,
  from: number,
  stride: number,
  count: number,
  factor: number,
): void {
  let most = -Infinity
  for (let k = 0; k < count; k += 1) most = Math.max(most, logits[from + k * stride]!)
  let total = 0
  for (let k = 0; k < count; k += 1) total += Math.exp(logits[from + k * stride]! - most)
  for (let k = 0; k < count; k += 1) {
    out[from + k * stride]! += (factor * Math.exp(logits[from + k * stride]! - most)) / total
  }
}

function pull(
  errors: { readonly size: number; readonly values: Float32Array },
  index: number,
  others: readonly UnitSum[],
  byColumn: boolean,
): Float32Array {
  const gradient = new Float32Array(others[0]!.unit.length)
  for (let j = 0; j < errors.size; j += 1) {
    const error = errors.values[byColumn ? j * errors.size + index : index * errors.size + j]!
    if (Math.abs(error) < 1e-7) continue
    const { unit } = others[j]!
    for (let k = 0; k < gradient.length; k += 1) gradient[k]! += error * unit[k]!
  }
  return gradient
}

/** Through the division by the length, then to every word of the sum. */
function backward(sum: UnitSum, pulled: Float32Array, gradient: Map<number, Float32Array>): void {
  const along = dot(pulled, sum.unit)
  const width = pulled.length
  for (const row of sum.rows) {
    let target = gradient.get(row)
    if (!target) gradient.set(row, (target = new Float32Array(width)))
    for (let k = 0; k < width; k += 1) {
      target[k]! += (pulled[k]! - along * sum.unit[k]!) / sum.length
    }
  }
}

function dot(a: Float32Array, b: Float32Array): number {
  let sum = 0
  for (let k = 0; k < a.length; k += 1) sum += a[k]! * b[k]!
  return sum
}
