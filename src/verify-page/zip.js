// Reads a zip (stored or deflated) by its central directory, and refuses what two readers could read in two ways.
import { joined, textIn } from './bytes.js'
import { couldNotCheck, notVerified } from './verdict.js'

/** @import { Bytes } from './bytes.js' */

/** What a page can hold at a time. */
export const mostBytes = 200_000_000
const mostUnpacked = 600_000_000
const mostFiles = 100_000

const endMark = 0x06054b50
const directoryMark = 0x02014b50
const fileMark = 0x04034b50
const unicodePath = 0x7075

/**
 * The files of a zip by name, folders left out.
 * @param {Bytes} zip
 * @returns {Promise<Map<string, Bytes>>}
 */
export async function filesIn(zip) {
  /** @type {Map<string, Bytes>} */
  const files = new Map()
  const entries = directoryOf(zip)
  if (entries.reduce((sum, { size }) => sum + size, 0) > mostUnpacked || entries.length > mostFiles) {
    throw couldNotCheck('too large for a page: unpacked it is more than 600 MB or 100,000 files. Use the command')
  }
  for (const entry of entries) {
    if (files.has(entry.name)) {
      throw couldNotCheck(`the bundle holds ${entry.name} twice, so two readers could see two bundles`)
    }
    if (!entry.name.endsWith('/')) files.set(entry.name, await unpacked(zip, entry))
  }
  return files
}

/** @typedef {{ name: string, method: number, packed: number, size: number, offset: number }} Entry */

/**
 * @param {Bytes} zip
 * @returns {Entry[]}
 */
function directoryOf(zip) {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  const end = endOf(view)
  const [disk, count, all] = [
    view.getUint32(end + 4, true),
    view.getUint16(end + 8, true),
    view.getUint16(end + 10, true),
  ]
  const [length, start] = [view.getUint32(end + 12, true), view.getUint32(end + 16, true)]
  if (disk !== 0 || count !== all || count === 0xffff || start === 0xffffffff) {
    throw unreadable('it is in several pieces, or larger than a page can hold; use the command')
  }
  if (start + length > end) throw unreadable('its list of files lies outside it')
  /** @type {Entry[]} */
  const entries = []
  let at = start
  while (entries.length < count) {
    if (at + 46 > end || view.getUint32(at, true) !== directoryMark) throw unreadable('its list of files is damaged')
    const lengths = [28, 30, 32].map((offset) => view.getUint16(at + offset, true))
    const [nameLength = 0, extraLength = 0] = lengths
    if (at + 46 + nameLength + extraLength > end) throw unreadable('its list of files is damaged')
    if ((view.getUint16(at + 8, true) & 1) === 1) throw unreadable('it is encrypted')
    const name = nameIn(zip.subarray(at + 46, at + 46 + nameLength))
    if (hasOtherName(view, at + 46 + nameLength, extraLength)) throw unreadable('a file in it has no plain name')
    entries.push({
      name,
      method: view.getUint16(at + 10, true),
      packed: view.getUint32(at + 20, true),
      size: view.getUint32(at + 24, true),
      offset: view.getUint32(at + 42, true),
    })
    at += 46 + lengths.reduce((sum, one) => sum + one, 0)
  }
  if (at !== start + length) throw unreadable('its list of files is longer than it says')
  return entries
}

/**
 * Where the record lies that ends a zip.
 * @param {DataView} view
 */
function endOf(view) {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at--) {
    const ends = view.getUint32(at, true) === endMark && at + 22 + view.getUint16(at + 20, true) === view.byteLength
    if (ends) return at
  }
  throw unreadable('it is no zip, or not all of one')
}

/**
 * Whether an extra field gives a file another name, which other readers go by (APPNOTE 4.6.9).
 * @param {DataView} view
 * @param {number} start
 * @param {number} length
 */
function hasOtherName(view, start, length) {
  for (let at = start; at + 4 <= start + length; at += 4 + view.getUint16(at + 2, true)) {
    if (view.getUint16(at, true) === unicodePath) return true
  }
  return false
}

/**
 * All names of ours are ASCII, which every reader reads alike; of other letters a zip can leave open which they are.
 * @param {Bytes} bytes
 */
function nameIn(bytes) {
  const name = textIn(bytes)
  if (name === null || !/^[ -~]+$/.test(name)) throw unreadable('a file in it has no plain name')
  if (/^(?:\/|[A-Za-z]:)|\\|(?:^|\/)\.\.(?:\/|$)/.test(name))
    throw unreadable(`it has a path that leads out of it: ${name}`)
  return name
}

/**
 * @param {Bytes} zip
 * @param {Entry} entry
 * @returns {Promise<Bytes>}
 */
async function unpacked(zip, { name, method, packed, size, offset }) {
  const view = new DataView(zip.buffer, zip.byteOffset, zip.byteLength)
  if (offset + 30 > zip.length || view.getUint32(offset, true) !== fileMark)
    throw unreadable(`${name} is not where it should be`)
  const [nameLength, extraLength] = [view.getUint16(offset + 26, true), view.getUint16(offset + 28, true)]
  if (nameIn(zip.subarray(offset + 30, offset + 30 + nameLength)) !== name) throw unreadable(`${name} has two names`)
  const start = offset + 30 + nameLength + extraLength
  if (start + packed > zip.length) throw unreadable(`${name} is cut off`)
  const data = zip.subarray(start, start + packed)
  if (method !== 0 && method !== 8) throw unreadable(`${name} is packed in a way that is not known here`)
  const bytes = method === 0 ? data : await inflated(data, size)
  if (bytes.length !== size) throw unreadable(`${name} has another size than the zip says`)
  return bytes
}

/**
 * @param {Bytes} data
 * @param {number} size how much it says to be: no more is unpacked
 */
async function inflated(data, size) {
  /** @type {Uint8Array[]} */
  const pieces = []
  let length = 0
  try {
    const reader = new Blob([data]).stream().pipeThrough(new DecompressionStream('deflate-raw')).getReader()
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
      pieces.push(piece.value)
      length += piece.value.length
      if (length > size) {
        await reader.cancel()
        break
      }
    }
  } catch {
    throw notVerified('the file was damaged or changed: it no longer unpacks')
  }
  return joined(...pieces)
}

/** @param {string} why */
function unreadable(why) {
  return couldNotCheck(`the file cannot be read as a bundle (${why})`)
}
