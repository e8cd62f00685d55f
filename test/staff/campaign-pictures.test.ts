import { createHash } from 'node:crypto'
import t from 'tap'
import { readMultipart } from '../../src/domain/multipart.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { openDesk, type Desk } from '../support/campaign-desk.ts'
import { parsePage } from '../support/html.ts'
import { pngOf, svgOf } from '../support/picture.ts'
import { sendNow, writeCampaign } from '../support/sending.ts'
import { signedIn, type SignedIn } from '../support/staff.ts'

const boundary = '----theEndOfAPart'

function formOf(parts: readonly [head: string, value: string | Buffer][]): Buffer {
  const pieces = parts.flatMap(([head, value]) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n\r\n`),
    Buffer.from(value),
    Buffer.from('\r\n'),
  ])
  return Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)])
}

const upload = ({ server }: Desk, who: SignedIn, file: Buffer, alt = 'A darned sock', seal = who.seal) =>
  server.inject({
    method: 'POST',
    url: '/admin/pictures',
    headers: {
      cookie: `${who.cookie.name}=${who.cookie.value}`,
      'content-type': `multipart/form-data; boundary=${boundary}`,
    },
    payload: formOf([
      ['name="seal"', seal],
      ['name="alt"', alt],
      ['name="file"; filename="sock.png"', file],
    ]),
  })

t.test(
  'a picture lies here under one address for everybody, and stands in mail and text as what it shows',
  async (t) => {
    const desk = await openDesk(t)
    const { house, marketer, server, parcels } = desk
    const png = pngOf(40, 30)
    const answer = await upload(desk, marketer, png)
    t.equal(answer.statusCode, 200)
    const page = parsePage(answer.body)
    t.same(page.faults, [])
    const path = `/picture/${createHash('sha256').update(png).digest('hex')}.png`
    t.match(page.text, `![A darned sock](${path})`)
    const picture = await server.inject(path)
    t.same(picture.rawPayload, png)
    t.equal(picture.headers['cross-origin-resource-policy'], 'cross-origin')
    await addPerson(house, 'ada@example.com', yesTo([1]))
    await addPerson(house, 'eve@example.com', yesTo([1]))
    await writeCampaign(house, 'x', {
      body: `# Hi\n\n![A darned sock](${path}) ![](${path}) ![Spy](https://evil.example/x.png)`,
    })
    await marketer.visit.open('/admin/campaigns/x')
    t.match(marketer.visit.page.text, `A picture has no words for who cannot see it: ${path}`)
    t.match(marketer.visit.page.text, 'left out of the mail: https://evil.example/x.png')
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

t.test('only a whole, small PNG with words is kept, and only by who writes campaigns', async (t) => {
  const desk = await openDesk(t)
  const stored = async () => (await desk.house.database.sql`select from pictures`).length
  for (const file of [
    Buffer.alloc(0),
    svgOf('<path d="M0 0h9"/>'),
    pngOf(9, 9).subarray(0, 60),
    Buffer.from('GIF89a'),
  ]) {
    t.equal((await upload(desk, desk.marketer, file)).statusCode, 422)
  }
  t.equal((await upload(desk, desk.marketer, pngOf(9, 9), ' ')).statusCode, 422, 'without words')
  t.equal((await upload(desk, desk.marketer, Buffer.alloc(200_000))).statusCode, 413)
  t.equal((await upload(desk, desk.marketer, pngOf(9, 9), 'Sock', 'x')).statusCode, 403, 'without its seal')
  t.equal((await upload(desk, await signedIn(desk, 'auditor'), pngOf(9, 9))).statusCode, 403)
  t.equal(await stored(), 0)
  const elsewhere = { method: 'POST', url: '/find', payload: formOf([['name="address"', 'a@b.example']]) } as const
  const headers = { 'content-type': `multipart/form-data; boundary=${boundary}` }
  t.equal((await desk.server.inject({ ...elsewhere, headers })).statusCode, 415, 'no other page reads such a form')
})

t.test('a form with files is read as it was written, or not at all', async (t) => {
  const type = `multipart/form-data; boundary=${boundary}`
  const bytes = Buffer.from([0, 13, 10, 45, 45, 255, 13, 10])
  const body = formOf([
    ['name="a"', 'é'],
    ['name="file"; filename="x"', bytes],
    ['name="__proto__"', 'x'],
  ])
  const form = readMultipart(type, body)
  t.equal(form?.['a'], 'é')
  t.same(form?.['file'], bytes)
  t.equal(Object.getPrototypeOf(form), null)
  t.same(Object.keys(readMultipart(`multipart/form-data; boundary="${boundary}"`, body) ?? {}), [
    'a',
    'file',
    '__proto__',
  ])
  for (let length = 0; length < body.length - 4; length++) {
    if (readMultipart(type, body.subarray(0, length)) !== null) t.fail(`cut at ${length}`)
  }
  t.equal(readMultipart('multipart/form-data', body), null)
  t.equal(readMultipart(`multipart/form-data; boundary=other`, body), null)
  t.equal(readMultipart(type, formOf(Array.from({ length: 21 }, () => ['name="a"', 'x']))), null)
})
