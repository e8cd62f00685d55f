import { Problem } from './problem.ts'

/** What JSON can say. Ids, times and money are strings, so that no reader's number type can round them. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | { readonly [key: string]: JsonValue }

/** Objects and arrays inside one another, at most; no document of ours comes near it. */
const maxDepth = 64

/**
 * The one text of a value (RFC 8785): no spaces, keys by UTF-16 code units, numbers as ECMAScript writes them,
 * strings untouched by any Unicode normalisation.
 * @throws Problem `invalid-input` for what I-JSON (RFC 7493) cannot carry exactly: NaN, Infinity, a whole number
 * beyond 2^53−1 that would be written out in digits, a lone surrogate, undefined, a bigint, a function, a symbol,
 * an object with a class (a Date, a Map), more than 64 levels (so also a cycle).
 */
export function canonicalJson(value: unknown): string {
  return write(value, 0)
}

/**
 * Reads text that is, character for character, its own canonical form. So two texts never mean the same value:
 * duplicate keys, `1.0`, needless escapes, spaces and unsorted keys are all refused.
 */
export function parseCanonicalJson(
  text: string,
): { kind: 'canonical'; value: JsonValue } | { kind: 'refused'; reason: string } {
  try {
    const value: JsonValue = JSON.parse(text)
    if (canonicalJson(value) === text) return { kind: 'canonical', value }
    return { kind: 'refused', reason: 'it is JSON, but not in canonical form (RFC 8785)' }
  } catch (error) {
    return { kind: 'refused', reason: error instanceof Problem ? error.message : 'it is not JSON' }
  }
}

function write(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value === 'string') return writeString(value)
  if (typeof value === 'number') return writeNumber(value)
  if (typeof value !== 'object') throw refusal(`a value of type ${typeof value}`)
  if (depth === maxDepth) throw refusal(`more than ${maxDepth} levels`)
  // Array.from, unlike map, visits the holes of a sparse array.
  if (Array.isArray(value)) return `[${Array.from(value, (item) => write(item, depth + 1)).join(',')}]`
  if (!isPlain(value)) throw refusal('an object that has a class')
  // The default order of toSorted is that of UTF-16 code units.
  const keys = Object.keys(value).toSorted()
  return `{${keys.map((key) => `${writeString(key)}:${write(value[key], depth + 1)}`).join(',')}}`
}

function isPlain(value: object): value is Readonly<Record<string, unknown>> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}

function writeString(value: string): string {
  if (!value.isWellFormed()) throw refusal('a string with a lone surrogate')
  return JSON.stringify(value)
}

function writeNumber(value: number): string {
  if (!Number.isFinite(value)) throw refusal(`the number ${value}`)
  const text = JSON.stringify(value)
  // 1e+30 says by its form that it is a rounded quantity; 9007199254740993 claims an exactness that doubles lack.
  if (/^-?\d+$/.test(text) && !Number.isSafeInteger(value)) throw refusal(`the whole number ${text}`)
  return text
}

function refusal(what: string): Problem {
  return new Problem(
    'invalid-input',
    `canonical JSON cannot hold ${what}; allowed are null, booleans, strings of whole characters, finite numbers (whole ones up to 2^53−1), arrays and plain objects. Write large numbers and times as strings.`,
  )
}
