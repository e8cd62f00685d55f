/** A JPEG as it may go out, and the size it is shown in. */
export type ReadJpeg = { width: number; height: number; bytes: Buffer }

/** Markers of ITU-T T.81 table B.1, without their first byte, which is always 0xFF. */
const [startOfImage, endOfImage, startOfScan, comment] = [0xd8, 0xd9, 0xda, 0xfe]
const isApplication = (marker: number) => marker >= 0xe0 && marker <= 0xef
const isFrame = (marker: number) => marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker)
/** Stands within the dots themselves: a stuffed 0xFF, or a place to begin anew after a fault. */
const isWithinScan = (byte: number) => byte === 0 || byte === 0xff || (byte >= 0xd0 && byte <= 0xd7)

/**
 * A JPEG without what its camera or program wrote about it: where, when, by whom and with what it was taken, its caption, its small
 * copy, and whatever stands after its end. Its dots stay as they are, byte for byte, and so do its colours (JFIF, ICC, Adobe) and
 * which side is up, for phones turn the picture by that word alone.
 * @returns null for what is no whole JPEG.
 */
export function readJpeg(file: Buffer): ReadJpeg | null {
  if (file[0] !== 0xff || file[1] !== startOfImage) return null
  const kept: Buffer[] = [file.subarray(0, 2)]
  let size: { width: number; height: number } | null = null
  let turned = 1
  let at = 2
  while (file[at] === 0xff) {
    while (file[at + 1] === 0xff) at += 1
    const marker = file[at + 1] ?? 0
    if (marker === endOfImage) {
      if (size === null || size.width === 0 || size.height === 0) return null
      const { width, height } = size
      const upright = turned < 5 ? { width, height } : { width: height, height: width }
      return { ...upright, bytes: Buffer.concat([...kept, file.subarray(at, at + 2)]) }
    }
    if (at + 4 > file.length) return null
    const end = at + 2 + file.readUInt16BE(at + 2)
    const content = file.subarray(at + 4, end)
    if (end < at + 4 || end > file.length) return null
    if (isApplication(marker)) {
      const turn = marker === 0xe1 && turned === 1 ? turnIn(content) : 1
      if (turn !== 1) turned = turn
      const rest = turn === 1 ? keptOf(marker, content) : turnOf(turn)
      if (rest !== null) kept.push(segment(marker, rest))
    } else if (marker !== comment) {
      kept.push(file.subarray(at, end))
    }
    if (isFrame(marker) && content.length >= 5) {
      size ??= { height: content.readUInt16BE(1), width: content.readUInt16BE(3) }
    }
    at = marker === startOfScan ? endOfScan(file, end) : end
    if (marker === startOfScan) kept.push(file.subarray(end, at))
  }
  return null
}

/** Where the dots that begin at `start` end: at the next marker that is none of theirs. */
function endOfScan(file: Buffer, start: number): number {
  let at = file.indexOf(0xff, start)
  while (at !== -1 && isWithinScan(file[at + 1] ?? 0)) at = file.indexOf(0xff, file[at + 1] === 0xff ? at + 1 : at + 2)
  return at === -1 ? file.length : at
}

/** What colours need of an application's segment; null for everything else that programs write. */
function keptOf(marker: number, content: Buffer): Buffer | null {
  const begins = (text: string) => content.subarray(0, text.length).toString('latin1') === text
  if (marker === 0xe0 && begins('JFIF\0') && content.length >= 14)
    return Buffer.concat([content.subarray(0, 12), Buffer.alloc(2)])
  if (marker === 0xe2 && begins('ICC_PROFILE\0')) return content
  if (marker === 0xee && begins('Adobe')) return content.subarray(0, 12)
  return null
}

/** Exif 2.32 section 4.6: the entry that says which side is up, in the first directory of a TIFF. 1 where it says nothing. */
function turnIn(content: Buffer): number {
  if (content.subarray(0, 6).toString('latin1') !== 'Exif\0\0' || content.length < 14) return 1
  const tiff = content.subarray(6)
  const little = tiff.toString('latin1', 0, 2) === 'II'
  const short = (at: number) => (at + 2 > tiff.length ? 0 : little ? tiff.readUInt16LE(at) : tiff.readUInt16BE(at))
  const directory = little ? tiff.readUInt32LE(4) : tiff.readUInt32BE(4)
  for (let entry = 0; entry < Math.min(short(directory), 100); entry++) {
    const at = directory + 2 + 12 * entry
    const turn = short(at + 8)
    if (short(at) === 0x0112 && short(at + 2) === 3 && turn >= 1 && turn <= 8) return turn
  }
  return 1
}

/** An Exif with that one word in it. */
function turnOf(turn: number): Buffer {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex')
  tiff.writeUInt16BE(turn, 18)
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff])
}

function segment(marker: number, content: Buffer): Buffer {
  const head = Buffer.from([0xff, marker, 0, 0])
  head.writeUInt16BE(content.length + 2, 2)
  return Buffer.concat([head, content])
}
