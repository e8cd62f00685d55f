import { createHash } from 'node:crypto'
import { readJpeg } from './jpeg.ts'
import { isPng, readPng } from './png.ts'
import { Problem } from './problem.ts'
import { svgSize } from './svg.ts'

/** A picture of ours as pages need it: named by the SHA-256 of its bytes in hex, with its own size. */
export type Picture = { hash: string; type: PictureType; width: number; height: number }
export type PictureType = (typeof pictureTypes)[number]
export const pictureTypes = ['png', 'jpg', 'svg'] as const
/** A picture with what it is made of. */
export type WholePicture = Picture & { bytes: Buffer }

export type Size = { width: number; height: number }

/** What a logo may weigh, for every page waits for it on a phone on a slow line too; and a picture in a mail, in MiB. */
const mostBytes = 65_536
export const mailPictureMebibytes = 2
/** A few kB can unfold to gigabytes of dots. */
const mostDots = 4_000

/**
 * The logo that a file is: a PNG or an SVG of at most 64 kB, told by what is in it and never by its name.
 * @param what names it in the error, e.g. `--logo`.
 * @throws Problem `invalid-input` for every other file, and for an SVG that could do more than be looked at.
 */
export function readLogo(what: string, file: Uint8Array): WholePicture {
  const bytes = light(what, file, mostBytes)
  return isPng(bytes) ? pictureOf(what, 'png', readPng(bytes)) : named('svg', { ...svgSize(what, bytes), bytes })
}

/**
 * The picture for a mail that a file is: a PNG or a JPEG of at most 2 MiB, told by what is in it, without anything that was
 * written about it: a photograph says where it was taken. Mail programs show no SVG.
 * @throws Problem `invalid-input` for every other file.
 */
export function readMailPicture(what: string, file: Uint8Array): WholePicture {
  const bytes = light(what, file, mailPictureMebibytes * 1024 * 1024)
  if (isPng(bytes)) return pictureOf(what, 'png', readPng(bytes))
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return pictureOf(what, 'jpg', readJpeg(bytes))
  throw new Problem(
    'invalid-input',
    `${what} must be a PNG or a JPEG, because mail programs show nothing else everywhere; save it as one`,
  )
}

function light(what: string, file: Uint8Array, most: number): Buffer {
  if (file.length <= most) return Buffer.from(file)
  throw new Problem('invalid-input', `${what} may have at most ${most} bytes (given: ${file.length}); make it smaller`)
}

function pictureOf(what: string, type: 'png' | 'jpg', picture: (Size & { bytes: Buffer }) | null): WholePicture {
  if (picture === null) {
    const kind = type === 'png' ? 'PNG' : 'JPEG'
    throw new Problem('invalid-input', `${what} begins like a ${kind} and is no whole one; save it anew`)
  }
  const { width, height } = picture
  if (![width, height].every((dots) => dots >= 1 && dots <= mostDots))
    throw new Problem(
      'invalid-input',
      `${what} must be 1 to ${mostDots} dots wide and high (given: ${width} × ${height}); make it smaller`,
    )
  return named(type, picture)
}

function named(type: PictureType, picture: Size & { bytes: Buffer }): WholePicture {
  return { hash: createHash('sha256').update(picture.bytes).digest('hex'), type, ...picture }
}

/** Whether an address is that of a picture for mails that we serve ourselves, the same for everybody. */
export function isOwnPicture(url: string): boolean {
  return /^\/picture\/[\da-f]{64}\.(?:png|jpg)$/.test(url)
}

/** Where a picture is served. What it shows never changes: another picture has another name. */
export function picturePath({ hash, type }: Picture): string {
  return `/picture/${hash}.${type}`
}

/** The size to show a picture in: whole dots, in its own proportions, inside the box; a picture of dots is never made larger, which would blur it. */
export function fittedInto({ width, height, type }: Picture, box: Size): Size {
  const fits = Math.min(box.width / width, box.height / height)
  const scale = type === 'svg' ? fits : Math.min(fits, 1)
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) }
}
