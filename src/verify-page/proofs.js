// The files of a bundle that list things: manifest.json and proofs.json.
import { linesIn, sha256, textIn, toHex } from './bytes.js'
import { canonicalValue, hasOnly, isCount, isHash, isObject } from './canonical.js'
import { couldNotCheck, notVerified } from './verdict.js'

/**
 * @import { Bytes } from './bytes.js'
 * @typedef {'whole' | 'part'} Extent whether a bundle holds every entry up to its checkpoint, or some
 * @typedef {{ extent: Extent, hashes: Map<string, unknown> }} Manifest
 */

const formats = new Map(
  /** @type {[string, Extent][]} */ ([
    ['courtesy-ledger-bundle/1', 'whole'],
    ['courtesy-ledger-part/1', 'part'],
  ]),
)

/**
 * Null when it is damaged. One of another version cannot be checked.
 * @param {Bytes} file
 * @returns {Manifest | null}
 */
export function manifestIn(file) {
  const text = textIn(file) ?? ''
  const value = text.endsWith('\n') ? canonicalValue(text.slice(0, -1)) : undefined
  if (!hasOnly(value, 'files', 'format') || typeof value['format'] !== 'string' || !isObject(value['files']))
    return null
  const hashes = new Map(Object.entries(value['files']))
  if (![...hashes.values()].every(isHash)) return null
  const extent = formats.get(value['format'])
  if (extent) return { extent, hashes }
  const known = [...formats.keys()].join(' and ')
  throw couldNotCheck(`the bundle has the format ${value['format']}; this page reads ${known}`)
}

/**
 * Every file has the hash that the manifest gives, and there are no others.
 * @param {ReadonlyMap<string, Bytes>} files
 * @param {Manifest | null} manifest
 * @param {ReadonlyMap<string, boolean>} wordings
 */
export async function requireListed(files, manifest, wordings) {
  if (manifest === null) throw notVerified('manifest.json is damaged')
  for (const [name, bytes] of files) {
    if (name === 'manifest.json') continue
    if (!manifest.hashes.has(name)) throw notVerified(`${name} is not named in manifest.json`)
    if (manifest.hashes.get(name) !== toHex(await sha256(bytes))) {
      throw notVerified(`${name} is not the file that manifest.json names`)
    }
  }
  const missing = [...manifest.hashes.keys()].find((name) => name === 'manifest.json' || !files.has(name))
  if (missing !== undefined) throw notVerified(`${missing} is missing from the bundle`)
  const altered = [...wordings].find(([, right]) => !right)
  if (altered) throw notVerified(`wordings/${altered[0]}.html has been altered`)
}

/**
 * Reads proofs.json, which is laid out line by line.
 * @param {Bytes} file
 */
export function proofsIn(file) {
  const { lines, torn } = linesIn(file)
  const texts = lines.map((line) => textIn(line) ?? '')
  const middle = texts.indexOf('],"inclusion":[')
  if (torn || texts[0] !== '{"consistency":[' || middle < 1 || texts.at(-1) !== ']}') throw damaged()
  const continuations = listIn(texts.slice(1, middle), 'size').map(
    ({ hashes, count }) => /** @type {const} */ ([count, hashes]),
  )
  const consistency = new Map(continuations)
  if (consistency.size < continuations.length) throw damaged()
  const inclusion = listIn(texts.slice(middle + 1, -1), 'index').map(({ hashes, count }) => ({ hashes, index: count }))
  return { consistency, inclusion }
}

/**
 * @param {string[]} lines each an object, all but the last with a comma
 * @param {string} name of its number
 */
function listIn(lines, name) {
  return lines.map((line, index) => {
    const more = index < lines.length - 1
    const value = line.endsWith(',') === more ? canonicalValue(more ? line.slice(0, -1) : line) : undefined
    if (!hasOnly(value, 'hashes', name)) throw damaged()
    const [hashes, count] = [value['hashes'], value[name]]
    if (!Array.isArray(hashes) || !hashes.every(isHash) || hashes.length > 60 || !isCount(count)) throw damaged()
    return { hashes, count }
  })
}

function damaged() {
  return notVerified('proofs.json is not laid out as it must be')
}
