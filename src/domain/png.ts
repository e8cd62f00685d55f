/** PNG (Third Edition) sections 5.2 and 11.2.1: how a file begins. */
const signature = Buffer.from('89504e470d0a1a0a', 'hex')

/** Chunks (section 11) that a picture and its colours need. Texts, times, Exif and what programs make up for themselves are none. */
const needed = new Set(
  'IHDR PLTE IDAT IEND tRNS cHRM gAMA iCCP sBIT sRGB cICP mDCV cLLI bKGD pHYs acTL fcTL fdAT'.split(' '),
)

export function isPng(file: Buffer): boolean {
  return file.subarray(0, 8).equals(signature)
}

/** A PNG without what was written about it, as it is else. @returns null for what is no whole one, or more than one. */
export function readPng(file: Buffer): { width: number; height: number; bytes: Buffer } | null {
  const kept: Buffer[] = [signature]
  let at = 8
  while (at + 12 <= file.length) {
    const end = at + 12 + file.readUInt32BE(at)
    const name = file.toString('latin1', at + 4, at + 8)
    if (end > file.length || (at === 8) !== (name === 'IHDR') || (at === 8 && end !== 33)) return null
    if (needed.has(name)) kept.push(file.subarray(at, end))
    if (name === 'IEND' && end === file.length)
      return { width: file.readUInt32BE(16), height: file.readUInt32BE(20), bytes: Buffer.concat(kept) }
    at = end
  }
  return null
}
