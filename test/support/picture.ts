import { crc32, deflateSync } from 'node:zlib'

type Colour = readonly [red: number, green: number, blue: number]

/** A PNG of one colour, as large as it says. */
export function pngOf(width: number, height: number, [red, green, blue]: Colour = [11, 87, 164]): Buffer {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 2], 8)
  const line = Buffer.concat([Buffer.from([0]), Buffer.alloc(width * 3, Buffer.from([red, green, blue]))])
  const lines = deflateSync(Buffer.concat(Array.from({ length: height }, () => line)))
  const signature = Buffer.from('89504e470d0a1a0a', 'hex')
  return Buffer.concat([signature, chunk('IHDR', header), chunk('IDAT', lines), chunk('IEND', Buffer.alloc(0))])
}

/** A whole JPEG, all of one grey, with these segments at its head: what a camera or a program writes about it. */
export function jpegOf(width: number, height: number, said: readonly [marker: number, content: Buffer][] = []): Buffer {
  const frame = Buffer.from([8, 0, 0, 0, 0, 1, 1, 0x11, 0])
  frame.writeUInt16BE(height, 1)
  frame.writeUInt16BE(width, 3)
  const oneCode = (table: number) => Buffer.from([table, 1, ...Array.from({ length: 15 }, () => 0), 0])
  const bits = 2 * Math.ceil(width / 8) * Math.ceil(height / 8)
  const dots = Buffer.alloc(Math.ceil(bits / 8))
  if (bits % 8 > 0) dots[dots.length - 1] = 2 ** (8 - (bits % 8)) - 1
  const parts: [number, Buffer][] = [
    ...said,
    [0xdb, Buffer.concat([Buffer.from([0]), Buffer.alloc(64, 1)])],
    [0xc0, frame],
    [0xc4, oneCode(0)],
    [0xc4, oneCode(0x10)],
    [0xda, Buffer.from([1, 1, 0, 0, 63, 0])],
  ]
  const segments = parts.map(([marker, content]) => {
    const head = Buffer.from([0xff, marker, 0, 0])
    head.writeUInt16BE(content.length + 2, 2)
    return Buffer.concat([head, content])
  })
  return Buffer.concat([Buffer.from([0xff, 0xd8]), ...segments, dots, Buffer.from([0xff, 0xd9])])
}

/** An Exif as a phone writes it: which side is up, and where it was. */
export function exifOf(turn: number, place = 'GPS 53.8008 N, 1.5491 W'): Buffer {
  const tiff = Buffer.alloc(26)
  tiff.write('II*\0', 'latin1')
  tiff.writeUInt32LE(8, 4)
  tiff.writeUInt16LE(1, 8)
  tiff.writeUInt16LE(0x0112, 10)
  tiff.writeUInt16LE(3, 12)
  tiff.writeUInt32LE(1, 14)
  tiff.writeUInt16LE(turn, 18)
  return Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff, Buffer.from(place)])
}

/** A PNG with these chunks after its header. */
export function pngWith(png: Buffer, chunks: readonly [name: string, content: string][]): Buffer {
  const more = chunks.map(([name, content]) => chunk(name, Buffer.from(content)))
  return Buffer.concat([png.subarray(0, 33), ...more, png.subarray(33)])
}

function chunk(name: string, data: Buffer): Buffer {
  const [length, sum, named] = [Buffer.alloc(4), Buffer.alloc(4), Buffer.concat([Buffer.from(name), data])]
  length.writeUInt32BE(data.length)
  sum.writeUInt32BE(crc32(named))
  return Buffer.concat([length, named, sum])
}

/** An SVG with that in it. */
export function svgOf(inside: string, box = '0 0 120 40'): Buffer {
  return Buffer.from(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="${box}">${inside}</svg>\n`)
}
