// The one spelling of a JSON value (RFC 8785), and what I-JSON (RFC 7493) cannot carry.

const mostLevels = 64

/**
 * The value of a text that is, to the character, its own canonical form; undefined for any other. So a doubled key, a
 * space, `1.0`, a needless escape or another order of keys is refused.
 * @param {string} text
 * @returns {unknown}
 */
export function canonicalValue(text) {
  try {
    const value = /** @type {unknown} */ (JSON.parse(text))
    return canonicalText(value, 0) === text ? value : undefined
  } catch {
    return undefined
  }
}

/**
 * @param {unknown} value
 * @param {number} level
 * @returns {string}
 */
export function canonicalText(value, level = 0) {
  if (typeof value === 'string') {
    if (!value.isWellFormed()) throw new Error('a lone surrogate')
    return JSON.stringify(value)
  }
  if (typeof value === 'number') return spelled(value)
  if (value === null || typeof value === 'boolean') return String(value)
  if (typeof value !== 'object') throw new Error(`a value of type ${typeof value}`)
  if (level === mostLevels) throw new Error('too many levels')
  if (Array.isArray(value)) return `[${value.map((item) => canonicalText(item, level + 1)).join(',')}]`
  // Without an argument toSorted orders by UTF-16 code units, which is the order of RFC 8785.
  const members = Object.keys(value)
    .toSorted()
    .map(
      (key) => `${canonicalText(key)}:${canonicalText(/** @type {Record<string, unknown>} */ (value)[key], level + 1)}`,
    )
  return `{${members.join(',')}}`
}

/** @param {number} value */
function spelled(value) {
  const text = JSON.stringify(value)
  const whole = /^-?\d+$/.test(text)
  if (!Number.isFinite(value) || (whole && !Number.isSafeInteger(value))) throw new Error(`the number ${value}`)
  return text
}

/**
 * Whether it is an object with just these keys.
 * @param {unknown} value
 * @param {...string} keys
 * @returns {value is Record<string, unknown>}
 */
export function hasOnly(value, ...keys) {
  return isObject(value) && Object.keys(value).toSorted().join() === keys.toSorted().join()
}

/**
 * @param {unknown} value
 * @returns {value is Record<string, unknown>}
 */
export function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/**
 * @param {unknown} value
 * @returns {value is number}
 */
export function isCount(value) {
  return Number.isSafeInteger(value) && Number(value) >= 0
}

/**
 * Whether it is a hash as the format writes it.
 * @param {unknown} value
 * @returns {value is string}
 */
export function isHash(value) {
  return typeof value === 'string' && /^[\da-f]{64}$/.test(value)
}
