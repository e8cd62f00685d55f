import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { connect, type AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import t from 'tap'
import { addPerson, yesTo } from '../support/cast.ts'
import { openDesk } from '../support/campaign-desk.ts'
import { parsePage } from '../support/html.ts'
import { exifOf, jpegOf, pngOf, svgOf } from '../support/picture.ts'
import { sendNow, writeCampaign } from '../support/sending.ts'
import { signedIn, type SignedIn } from '../support/staff.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { sendFiles, type Sent } from '../support/upload.ts'

const boundary = '----theEndOfAPart'

/** A form part by part, in the order that is given. */
function formOf(parts: readonly [head: string, value: string | Buffer][]): Buffer {
  const pieces = parts.flatMap(([head, value]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

/** A desk whose uploads lie where the test can see them. */
async function open(t: Parameters<typeof openDesk>[0] & Parameters<typeof temporaryFolder>[0]) {
  const uploads = join(temporaryFolder(t), 'uploads')
  const desk = await openDesk(t, {}, null, { desk: { uploads } })
  const headersOf = ({ cookie }: SignedIn) => ({
    cookie: `${cookie.name}=${cookie.value}`,
    'content-type': `multipart/form-data; boundary=${boundary}`,
  })
  return {
    ...desk,
    headersOf,
    waiting: () => (existsSync(uploads) ? readdirSync(uploads) : []),
    stored: async () => (await desk.house.database.sql`select from pictures`).length,
    send: (file: Buffer, more: { who?: SignedIn; alt?: string; seal?: string } = {}) => {
      const { who = desk.marketer, alt = 'A darned sock' } = more
      const fields = { seal: more.seal ?? who.seal, alt }
      const files: Sent[] = [{ name: 'sock.png', content: file }]
      return sendFiles(desk, who, '/admin/pictures', { fields, files })
    },
    post: (payload: Buffer) =>
      desk.server.inject({ method: 'POST', url: '/admin/pictures', headers: headersOf(desk.marketer), payload }),
  }
}

t.test(
  'a picture lies here under one address for everybody, and stands in mail and text as what it shows',
  async (t) => {
    const { house, marketer, server, parcels, send, waiting } = await open(t)
    const png = pngOf(40, 30)
    const answer = await send(png)
    t.equal(answer.statusCode, 200)
    const page = parsePage(answer.body)
    t.same(page.faults, [])
    const path = `/picture/${createHash('sha256').update(png).digest('hex')}.png`
    t.match(page.text, `![A darned sock](${path})`)
    t.match(page.text, `<img src="${path}" alt="A darned sock" width="40" height="30">`)
    t.match(answer.body, `<img src="${path}" alt="A darned sock" width="40" height="30">`)
    t.same(waiting(), [], 'the file waits no longer')
    const picture = await server.inject(path)
    t.same(picture.rawPayload, png)
    t.match(picture.headers, {
      'content-type': 'image/png',
      'cross-origin-resource-policy': 'cross-origin',
      'cache-control': 'public, max-age=31536000, immutable',
      'x-content-type-options': 'nosniff',
    })
    await addPerson(house, 'ada@example.com', yesTo([1]))
    await addPerson(house, 'eve@example.com', yesTo([1]))
    await writeCampaign(house, 'x', {
      body: `# Hi\n\n![A darned sock](${path}) ![](${path}) ![Spy](https://evil.example/x.png)`,
    })
    await marketer.visit.open('/admin/campaigns/x')
    t.match(marketer.visit.page.text, `A picture has no words for who cannot see it: ${path}`)
    t.match(marketer.visit.page.text, 'its house would learn who opened the mail: https://evil.example/x.png')
    await sendNow(house, 'x')
    const sources = parcels.map(({ mime }) => mime.replaceAll(/=\r\n/g, '').match(/<img [^>]*>/g))
    const src = `src=3D"http://127.0.0.1:3000${path}"`
    t.same(sources[0], [`<img ${src} alt=3D"A darned sock" />`, `<img ${src} alt=3D"" />`])
    t.same(sources[1], sources[0], 'the same for everybody')
    await marketer.visit.open('/admin/campaigns/x?width=text')
    t.match(marketer.visit.page.text, 'A darned sock')
    t.notMatch(marketer.visit.page.text, `[${path}]`)
  },
)

t.test('a photograph lies here without where it was taken, and only as what it is', async (t) => {
  const { server, send } = await open(t)
  const answer = await send(jpegOf(40, 30, [[0xe1, exifOf(1)]]))
  const path = `/picture/${createHash('sha256').update(jpegOf(40, 30)).digest('hex')}.jpg`
  t.match(parsePage(answer.body).text, `![A darned sock](${path})`)
  const picture = await server.inject(path)
  t.same(picture.rawPayload, jpegOf(40, 30))
  t.equal(picture.headers['content-type'], 'image/jpeg')
  for (const type of ['png', 'svg', 'gif'])
    t.equal((await server.inject(path.replace(/jpg$/, type))).statusCode, 404, type)
})

t.test(
  'only a whole picture that is not too large, with words, is kept, and only by who writes campaigns',
  async (t) => {
    const { send, stored, waiting, marketer, server, ...desk } = await open(t)
    const large = pngOf(9, 9)
    for (const [file, why] of [
      [Buffer.alloc(0), /must be a PNG or a JPEG/],
      [svgOf('<path d="M0 0h9"/>'), /must be a PNG or a JPEG/],
      [large.subarray(0, 60), /no whole one/],
      [Buffer.from('GIF89a'), /must be a PNG or a JPEG/],
      [Buffer.alloc(2 * 1024 * 1024 + 1), /a file may have 2 MiB; nothing was kept. Make it smaller/],
    ] as const) {
      const answer = await send(file)
      t.equal(answer.statusCode, 422)
      t.match(parsePage(answer.body).text, why)
    }
    t.equal((await send(large, { alt: ' ' })).statusCode, 422, 'without words')
    t.equal((await send(large, { seal: 'x' })).statusCode, 403, 'without its seal')
    t.equal((await send(large, { who: await signedIn({ ...desk, server }, 'auditor') })).statusCode, 403)
    t.equal(await stored(), 0)
    t.same(waiting(), [])
    const elsewhere = { method: 'POST', url: '/find', payload: formOf([['name="address"', 'a@b.example']]) } as const
    t.equal((await server.inject({ ...elsewhere, headers: desk.headersOf(marketer) })).statusCode, 415, 'no other page')
  },
)

t.test('a form is read as it was written, or nothing of it is kept', async (t) => {
  const { post, stored, waiting, marketer } = await open(t)
  const file: [string, Buffer] = ['name="file"; filename="sock.png"', pngOf(9, 9)]
  const [seal, alt]: [string, string][] = [
    ['name="seal"', marketer.seal],
    ['name="alt"', 'A sock'],
  ]
  if (!seal || !alt) throw new Error('two parts were made')
  const many = (count: number) => Array.from({ length: count }, (_, at) => [`name="x${at}"`, 'x'] as [string, string])
  const whole = formOf([seal, alt, file])
  const rows: [string, Buffer, number, RegExp][] = [
    ['the file before its seal', formOf([file, seal, alt]), 422, /Choose a picture/],
    ['no file', formOf([seal, alt]), 422, /Choose a picture/],
    ['two files', formOf([seal, alt, file, file]), 422, /it takes one file; nothing was kept/],
    ['too many parts', formOf([seal, alt, ...many(70), file]), 422, /cannot be read/],
    ['a part that is too long', formOf([seal, ['name="alt"', 'x'.repeat(200_001)], file]), 422, /cannot be read/],
    ['a part that is no name', formOf([seal, alt, ['name="__proto__"', 'x'], file]), 422, /cannot be read/],
    ['cut off in the file', whole.subarray(0, -100), 422, /cannot be read/],
    ['cut off after the file', whole.subarray(0, -boundary.length - 6), 422, /cannot be read/],
    ['cut off in the words', formOf([seal, alt]).subarray(0, -50), 422, /cannot be read/],
    ['no form at all', Buffer.from('x'), 403, /./],
  ]
  for (const [name, payload, status, told] of rows) {
    const answer = await post(payload)
    t.equal(answer.statusCode, status, name)
    t.match(parsePage(answer.body).text, told, name)
    t.same([await stored(), waiting()], [0, []], `${name}: nothing is kept`)
  }
  t.equal((await post(whole)).statusCode, 200)
  t.equal(await stored(), 1)
})

t.test('whoever goes away in the middle of a file leaves nothing behind', async (t) => {
  const { server, marketer, headersOf, stored, waiting } = await open(t)
  await server.listen({ host: '127.0.0.1', port: 0 })
  const body = formOf([
    ['name="seal"', marketer.seal],
    ['name="alt"', 'A sock'],
    ['name="file"; filename="sock.png"', Buffer.alloc(100_000)],
  ])
  const socket = connect((server.server.address() as AddressInfo).port, '127.0.0.1')
  const lines = [...Object.entries(headersOf(marketer)), ['host', '127.0.0.1'], ['content-length', body.length]]
  socket.write(`POST /admin/pictures HTTP/1.1\r\n${lines.map((line) => line.join(': ')).join('\r\n')}\r\n\r\n`)
  socket.write(body.subarray(0, 50_000))
  while (waiting().length === 0) await sleep(10)
  socket.destroy()
  while (waiting().length > 0) await sleep(10)
  t.equal(await stored(), 0)
})
