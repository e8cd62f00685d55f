import { createHash } from 'node:crypto'
import { Problem } from './problem.ts'
import { svgSize } from './svg.ts'

/** A picture of ours as pages need it: named by the SHA-256 of its bytes in hex, with its own size. */
export type Picture = { hash: string; type: PictureType; width: number; height: number }
export type PictureType = 'png' | 'svg'
/** A picture with what it is made of. */
export type WholePicture = Picture & { bytes: Buffer }

export type Size = { width: number; height: number }

/** Every page waits for it, on a phone on a slow line too. */
const mostBytes = 65_536
/** A few kB can unfold to gigabytes of dots. */
const mostDots = 4_000

/**
 * The picture that a file is: a PNG or an SVG of at most 64 kB, told by what is in it and never by its name.
 * @param what names it in the error, e.g. `--logo`.
 * @throws Problem `invalid-input` for every other file, and for an SVG that could do more than be looked at.
 */
export function readPicture(what: string, file: Uint8Array): WholePicture {
  const bytes = Buffer.from(file)
  if (bytes.length > mostBytes)
    throw new Problem(
      'invalid-input',
      `${what} may have at most ${mostBytes} bytes (given: ${bytes.length}); make it smaller`,
    )
  const png = bytes.subarray(0, 8).equals(pngSignature)
  const { width, height } = png ? pngSize(what, bytes) : svgSize(what, bytes)
  const hash = createHash('sha256').update(bytes).digest('hex')
  return { hash, type: png ? 'png' : 'svg', width, height, bytes }
}

/** Where a picture is served. What it shows never changes: another picture has another name. */
export function picturePath({ hash, type }: Picture): string {
  return `/picture/${hash}.${type}`
}

/** The size to show a picture in: whole dots, in its own proportions, inside the box; a PNG is never made larger, which would blur it. */
export function fittedInto({ width, height, type }: Picture, box: Size): Size {
  const fits = Math.min(box.width / width, box.height / height)
  const scale = type === 'png' ? Math.min(fits, 1) : fits
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}

/** PNG (Third Edition) sections 5.2, 11.2.1 and 11.2.5: how a file begins, and its last chunk, which is always the same. */
const pngSignature = Buffer.from('89504e470d0a1a0a', 'hex')
const pngBegin = Buffer.from('0000000d49484452', 'hex')
const pngEnd = Buffer.from('0000000049454e44ae426082', 'hex')

function pngSize(what: string, bytes: Buffer): Size {
  // Whatever follows the end is no part of the picture; whatever lacks the end was cut off on its way.
  if (bytes.length < 45 || !bytes.subarray(8, 16).equals(pngBegin) || !bytes.subarray(-12).equals(pngEnd))
    throw new Problem('invalid-input', `${what} begins like a PNG and is no whole one; save it anew`)
  const [width, height] = [bytes.readUInt32BE(16), bytes.readUInt32BE(20)]
  if (![width, height].every((dots) => dots >= 1 && dots <= mostDots))
    throw new Problem(
      'invalid-input',
      `${what} must be 1 to ${mostDots} dots wide and high (given: ${width} × ${height}); make it smaller`,
    )
  return { width, height }
}
