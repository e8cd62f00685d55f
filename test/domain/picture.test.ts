import { createHash } from 'node:crypto'
import t from 'tap'
import { fittedInto, isOwnPicture, picturePath, readLogo, readMailPicture } from '../../src/domain/picture.ts'
import { exifOf, jpegOf, pngOf, pngWith, svgOf } from '../support/picture.ts'

const read = (file: Uint8Array) => readLogo('--logo', file)
const refusal = (file: Uint8Array | string) => {
  try {
    const { width, height } = read(Buffer.from(file))
    return `taken, ${width} × ${height}`
  } catch (error) {
    return (error as Error).message
  }
}

t.test('a picture is told by what is in it, and named by its hash', async (t) => {
  const png = pngOf(300, 100)
  const hash = createHash('sha256').update(png).digest('hex')
  t.same(read(png), { hash, type: 'png', width: 300, height: 100, bytes: png })
  t.equal(picturePath(read(png)), `/picture/${hash}.png`)
  t.match(read(svgOf('<path d="M0 0h9v9z"/>')), { type: 'svg', width: 120, height: 40 })
})

t.test('it is shown whole inside the box: an SVG as large as fits, a PNG never larger than it is', async (t) => {
  const box = { width: 240, height: 40 }
  t.same(fittedInto(read(pngOf(300, 100)), box), { width: 120, height: 40 })
  t.same(fittedInto(read(pngOf(960, 40)), box), { width: 240, height: 10 })
  t.same(fittedInto(read(pngOf(30, 20)), box), { width: 30, height: 20 })
  t.same(fittedInto(read(svgOf('', '0 0 1.5 1')), box), { width: 60, height: 40 })
  t.same(fittedInto(read(pngOf(4000, 1)), box), { width: 240, height: 1 })
})

t.test('a file that is no whole PNG of a possible size is refused, with what would be right', async (t) => {
  const png = pngOf(30, 20)
  const sized = (width: number) => {
    const other = Buffer.from(png)
    other.writeUInt32BE(width, 16)
    return other
  }
  const rows: [string, Uint8Array | string, RegExp][] = [
    ['nothing', '', /must be a PNG or an SVG in UTF-8; this file is neither/],
    ['words', 'hello', /neither/],
    ['a page', '<!doctype html><p>hello</p>', /neither/],
    ['another kind of picture', Buffer.from('ffd8ffe000104a464946', 'hex'), /neither/],
    ['cut off', png.subarray(0, -1), /begins like a PNG and is no whole one/],
    ['the signature alone', png.subarray(0, 8), /no whole one/],
    ['something after its end', Buffer.concat([png, Buffer.from('<script>')]), /no whole one/],
    [
      'another first chunk',
      Buffer.concat([png.subarray(0, 12), Buffer.from('JUNK'), png.subarray(16)]),
      /no whole one/,
    ],
    ['no width', sized(0), /1 to 4000 dots wide and high \(given: 0 × 20\)/],
    ['far too wide', sized(4001), /given: 4001 × 20/],
    ['one byte too many', Buffer.alloc(65_537), /at most 65536 bytes \(given: 65537\)/],
  ]
  for (const [name, file, words] of rows) t.match(refusal(file), words, name)
})

t.test('an SVG that could do more than be looked at is refused, and it is said why', async (t) => {
  const other = 'https://elsewhere.example/x'
  const rows: [string, string][] = [
    ['<script>alert(1)</script>', '<script>'],
    ['<SCRIPT/>', '<SCRIPT>'],
    ['<s:script xmlns:s="http://www.w3.org/2000/svg">alert(1)</s:script>', '<s:script>'],
    ['<!-- --><script\n>alert(1)</script>', '<script>'],
    ['<foreignObject><p>x</p></foreignObject>', '<foreignObject>'],
    ['<a href="#x"><path/></a>', '<a>'],
    ['<set attributeName="href" to="javascript:alert(1)"/>', '<set>'],
    ['<animate attributeName="x"/>', '<animate>'],
    [`<image href="${other}"/>`, '<image>'],
    ['<feImage href="#x"/>', '<feImage>'],
    ['<!DOCTYPE x>', '<!DOCTYPE>'],
    ['<!ENTITY x "y">', '<!ENTITY>'],
    ['<![CDATA[x]]>', '<![CDATA[x]]>'],
    ['<?xml-stylesheet href="x"?>', '<?xml-stylesheet>'],
    ['<?xml version="1.0"?>', '<?xml>'],
    ['<path onload="alert(1)"/>', 'an event handler'],
    ['<path\nONCLICK = "alert(1)"/>', 'an event handler'],
    ['<path d="M0 0"onload="alert(1)"/>', 'an event handler'],
    [`<use href="${other}"/>`, 'a link to elsewhere'],
    [`<use xlink:href = '${other}#x'/>`, 'a link to elsewhere'],
    ['<use href="javascript:alert(1)"/>', 'a link to elsewhere'],
    ['<use href=""/>', 'a link to elsewhere'],
    [`<path fill="url(${other})"/>`, 'a reference to elsewhere'],
    [`<path style="fill:URL( '${other}#x' )"/>`, 'a reference to elsewhere'],
    [`<path style="fill:url(&quot;${other}&quot;)"/>`, 'a reference to elsewhere'],
    [`<style>@import "${other}";</style>`, 'an imported style'],
    [`<style>path{mask:image-set("${other}" 1x)}</style>`, 'an imported style'],
    ['<style>path{fill:u\\72l(x)}</style>', 'a backslash'],
    ['<use href="&#106;avascript:alert(1)"/>', 'a link to elsewhere'],
    ['<path style="fill:&#117;rl(x)"/>', 'a character reference'],
    ['<text>&x;</text>', 'a character reference'],
    ['<g xml:base="https://elsewhere.example/"><use href="#x"/></g>', 'a base address'],
    ['<title xmlns="http://www.w3.org/1999/xhtml">x</title>', 'elements of another language'],
  ]
  for (const [inside, why] of rows) {
    const said = refusal(svgOf(inside))
    t.ok(said.startsWith(`--logo may only hold what can be looked at, and has ${why};`), `${inside}: ${said}`)
  }
  const declared = `<!DOCTYPE svg PUBLIC "x" "${other}">${svgOf('').toString()}`
  t.match(refusal(declared), /has <!DOCTYPE>;/)
  const utf16 = Buffer.from(svgOf('').toString(), 'utf16le')
  t.match(refusal(utf16), /neither/, 'in another encoding it could be read otherwise than here')
  t.match(refusal(Buffer.from(svgOf('<title>Fougère</title>').toString(), 'latin1')), /neither/)
  t.match(refusal('<svg viewBox="0 0 1 1"></svg>'), /neither/, 'a browser draws no SVG that does not say it is one')
  for (const box of ['', '0 0 1', '0 0 0 1', '0 0 -1 1', '0 0 a b', '0 0 1e999 1'])
    t.match(refusal(svgOf('', box)), /viewBox="0 0 WIDTH HEIGHT"/, box)
})

t.test(
  'an SVG as drawing programs save it is taken: declaration, comments, styles, gradients, clips and symbols',
  async (t) => {
    const drawn = `<?xml version="1.0" encoding="UTF-8" standalone="no"?>
<!-- Made > by hand -->
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" version="1.1" width="12mm"
  viewBox="0, 0, 240.5, 60">
  <title>Fern &amp; Co</title>
  <style>.a{fill:url(#g)} @media (prefers-color-scheme: dark){.a{fill:#fff}}</style>
  <defs><linearGradient id="g"><stop offset="0" stop-color="#0b57a4"/></linearGradient>
    <clipPath id="c"><rect width="9" height="9"/></clipPath><symbol id="s"><path d="M0 0h9"/></symbol></defs>
  <g clip-path="url(#c)" fill="url('#g')" style="mask:url(&quot;#m&quot;)"><use xlink:href="#s"/><use href='#s'/></g>
</svg>`
    t.equal(refusal(drawn), 'taken, 240.5 × 60')
    t.equal(refusal(`\uFEFF${drawn}`), 'taken, 240.5 × 60')
  },
)

const taken = (file: Uint8Array) => readMailPicture('the picture', file)

t.test('a photograph goes out without where it was taken, and as it was in everything that is seen', async (t) => {
  const jfif = Buffer.from('4a46494600010101004800480000', 'hex')
  const colours = Buffer.from('ICC_PROFILE\0\x01\x01 colours', 'latin1')
  const bare = jpegOf(40, 30, [
    [0xe0, jfif],
    [0xe2, colours],
  ])
  const told = jpegOf(40, 30, [
    [0xe0, Buffer.concat([jfif.subarray(0, 12), Buffer.from([1, 1]), Buffer.from('a small copy')])],
    [0xe1, exifOf(1)],
    [0xe1, Buffer.from('http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>exif:GPSLatitude</x:xmpmeta>')],
    [0xe2, colours],
    [0xe2, Buffer.from('MPF\0 more pictures')],
    [0xed, Buffer.from('Photoshop 3.0\x008BIM Leeds')],
    [0xef, Buffer.from('whatever')],
    [0xfe, Buffer.from('taken in Leeds')],
  ])
  const after = Buffer.concat([told, Buffer.from('and where it was, after its end: GPS')])
  for (const file of [bare, told, after]) t.same(taken(file).bytes, bare)
  t.match(taken(after), { type: 'jpg', width: 40, height: 30 })
  const png = pngOf(40, 30)
  const said = ['tEXt', 'zTXt', 'iTXt', 'eXIf', 'tIME', 'prVt'].map((name) => [name, 'GPS 53.8'] as [string, string])
  t.same(taken(pngWith(png, said)).bytes, png)
  t.same(taken(pngWith(png, [['gAMA', 'xxxx']])).bytes, pngWith(png, [['gAMA', 'xxxx']]))
  for (const file of [taken(after), taken(png)]) t.ok(isOwnPicture(picturePath(file)))
})

t.test(
  'a photograph stays the right way up: which side is up is all that is left of what was said of it',
  async (t) => {
    for (let turn = 1; turn <= 8; turn++) {
      const { bytes, width, height } = taken(jpegOf(40, 30, [[0xe1, exifOf(turn)]]))
      t.same([width, height], turn < 5 ? [40, 30] : [30, 40])
      t.notMatch(bytes.toString('latin1'), 'GPS')
      t.equal(bytes.length, jpegOf(40, 30).length + (turn === 1 ? 0 : 36))
      t.same(taken(bytes).bytes, bytes, 'read again it is the same')
    }
  },
)

t.test(
  'what is no whole photograph is refused, wherever it is cut off, and whatever was changed in it harms nobody',
  async (t) => {
    const whole = jpegOf(40, 30, [[0xe1, exifOf(6)]])
    for (let length = 0; length < whole.length; length++) t.throws(() => taken(whole.subarray(0, length)), `${length}`)
    t.throws(() => taken(jpegOf(4001, 1)), /1 to 4000 dots wide and high \(given: 4001 × 1\)/)
    t.throws(() => taken(jpegOf(0, 1)), /is no whole one/)
    t.throws(() => taken(svgOf('')), /must be a PNG or a JPEG/)
    t.throws(() => taken(Buffer.alloc(2 * 1024 * 1024 + 1)), /at most 2097152 bytes \(given: 2097153\)/)
    for (let at = 2; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at] = 0xff
      try {
        t.ok(taken(changed).bytes.length <= changed.length + 36)
      } catch (error) {
        t.equal((error as { code?: string }).code, 'invalid-input')
      }
    }
  },
)
