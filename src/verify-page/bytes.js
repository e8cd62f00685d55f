// Bytes, and the ways in which the format writes them.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const digits = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** @param {Uint8Array} bytes */
export function toHex(bytes) {
  let text = ''
  for (const byte of bytes) text += digits[byte]
  return text
}

/**
 * @param {string} hex an even number of hex digits
 * @returns {Bytes}
 */
export function fromHex(hex) {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  )
}

/**
 * Standard base64 in its one spelling; null for anything else.
 * @param {string} text
 * @returns {Bytes | null}
 */
export function fromBase64(text) {
  try {
    const bytes = atob(text)
    return btoa(bytes) === text ? Uint8Array.from(bytes, (one) => one.charCodeAt(0)) : null
  } catch {
    return null
  }
}

/** @param {string} text */
export function utf8(text) {
  return new TextEncoder().encode(text)
}

/**
 * The text that these bytes are in UTF-8, a byte order mark included; null where they are none.
 * @param {Uint8Array} bytes
 */
export function textIn(bytes) {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  } catch {
    return null
  }
}

/**
 * @param {...Uint8Array} parts
 * @returns {Bytes}
 */
export function joined(...parts) {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/**
 * @param {Bytes} bytes
 * @returns {Promise<Bytes>}
 */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
}

/**
 * @param {Bytes} key
 * @param {Bytes} message
 */
export async function hmacSha256(key, message) {
  const imported = await crypto.subtle.importKey('raw', key, { name: 'HMAC', hash: 'SHA-256' }, false, ['sign'])
  return new Uint8Array(await crypto.subtle.sign('HMAC', imported, message))
}

/**
 * The lines of a file, split at LF and nothing else. `torn` tells of a last one without its LF; a line that is longer
 * than `mostBytes` counts as torn, and nothing after it is read.
 * @param {Bytes} file
 * @param {number} [mostBytes]
 * @returns {{ lines: Bytes[], torn: boolean }}
 */
export function linesIn(file, mostBytes = 65_535) {
  /** @type {Bytes[]} */
  const lines = []
  for (let start = 0; start < file.length;) {
    const end = file.indexOf(10, start)
    const line = file.subarray(start, end < 0 ? file.length : end)
    lines.push(line)
    if (end < 0 || line.length > mostBytes) return { lines, torn: true }
    start = end + 1
  }
  return { lines, torn: false }
}
