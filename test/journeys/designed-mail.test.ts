import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import PostalMime from 'postal-mime'
import t from 'tap'
import { addPicture } from '../../src/actions/add-picture.ts'
import { picturePath } from '../../src/domain/picture.ts'
import { smtpCourier } from '../../src/mail/smtp-courier.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { openDesk } from '../support/campaign-desk.ts'
import { parsePage } from '../support/html.ts'
import { exifOf, jpegOf } from '../support/picture.ts'
import { sendNow } from '../support/sending.ts'
import { smtpReceiver } from '../support/smtp-receiver.ts'

t.test(
  '26, 48, 49, 50: a design that is written at the desk arrives as it was seen, with what stands under every mail',
  async (t) => {
    const asked: string[] = []
    const inside = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.end()
    }).listen(0, '127.0.0.1')
    await once(inside, 'listening')
    t.teardown(() => inside.close())
    const here = `http://127.0.0.1:${(inside.address() as AddressInfo).port}`
    const relay = await smtpReceiver(t)
    const courier = smtpCourier({ url: relay.url, ourName: 'fern.example', connections: 1, perConnection: 4 })
    t.teardown(() => courier.close())
    const desk = await openDesk(t, { courier })
    const { house, marketer, server } = desk
    const { visit } = marketer
    const picture = picturePath(await addPicture(house, jpegOf(40, 30, [[0xe1, exifOf(6)]])))
    const name = '<img src=x onerror="x()">{{7*7}}'
    await addPerson(house, 'ada@example.com', yesTo([1]), name)

    await visit.open('/admin/campaigns/new')
    visit.tick('topic', 'repairs', true)
    visit.type('subject', 'Five ways to darn')
    visit.type('inShort', 'Five ways, two minutes each.')
    visit.tick('format', 'html', true)
    visit.write(
      'body',
      `<html><head><style>.foot{display:none}</style></head><body bgcolor="#eef">
<table width="600"><tr><td style="padding:10px;color:#0b57a4;position:fixed" onclick="x()"><h1>Five ways</h1>
<p>Hello {{name|there}}, <a href="https://fern.example/go?url=https://fern.example/darn&amp;x=1">darn</a></p>
<img src="${picture}" alt="A darned sock" width="40"><img src="${here}/x.png" alt="a spy"><img src="http://169.254.169.254/latest" alt="a spy">
<script>alert(1)</script><form action="https://evil.example"><input name="a"></form></td></tr></table>
<svg><text>drawn</text></svg><div style="height:1px"><!-- and the rest`,
    )
    await visit.press('Save and see it')
    t.equal(visit.status, 200)
    t.match(
      visit.page.text,
      '1 × <!-- -->, 1 × onclick, 1 × position, 1 × <script>, 1 × <form>, 1 × <input>, 1 × <svg>',
      '48: what is left out is named beside it',
    )
    t.match(visit.page.text, `its house would learn who opened the mail: ${here}/x.png`)
    t.match(visit.page.text, 'Style sheets are left out (1)')

    t.equal((await sendNow(house, 'five-ways-to-darn')).sent, 1)
    const { html = '', text = '' } = await PostalMime.parse(relay.received[0]?.raw ?? '')
    const design = `<table width="600"><tr><td style="padding:10px;color:#0b57a4">`
    t.match(html, '<div style="background-color:#eef">')
    t.match(html, design)
    t.match(html, `src="http://127.0.0.1:3000${picture}" alt="A darned sock" width="40"`)
    t.match(html, 'Hello &#60;img src=x onerror=&#34;x()&#34;&#62;{{7*7}}, ', '26: her name is text')
    t.match(html, '<a href="https://fern.example/go?url=https://fern.example/darn&amp;x=1">', '50: links as written')
    t.notMatch(html, /<script|<form|<input|<svg|<!-- |onclick|position|\.foot\{display|evil|169\.254|drawn/)
    const [above = '', foot = ''] = html.split('<div class="foot"')
    t.ok(above.includes(design) && !foot.includes('Five ways'), 'the footer stands after the design')
    for (const part of [foot, text]) {
      t.match(part, /You asked for|you asked for/)
      t.match(part, /\/p\/[\w-]+\/why/)
      t.match(part, /\/p\/[\w-]+\/stop/)
      t.match(part, '1 Mill Lane, Leeds LS1 1AA')
    }
    t.match(text, `Five ways\n\nHello ${name}, darn\n<https://fern.example/go?url=https://fern.example/darn&x=1>`)
    t.match(text, 'A darned sock')
    t.notMatch(text, /alert|drawn|spy/)

    const [row] = await house.database.sql<{ message: string }[]>`select message from campaigns`
    const url = `/m/${row?.message}`
    const copy = await server.inject(url)
    const page = parsePage(copy.body.replaceAll(' />', '>'))
    t.strictSame(page.faults, [])
    t.strictSame(page.headings, ['Five ways to darn'], 'the subject is the only h1')
    t.match(copy.body, `<link rel="stylesheet" href="${url}/design.css">`)
    t.match(
      copy.headers['content-security-policy'],
      /^default-src 'none'; style-src 'self'; img-src 'self'; form-action/,
    )
    t.notMatch(copy.body, /\sstyle=|<script|onerror|\/p\/|\/u\//)
    t.match(page.text, 'Hello there, darn')
    const sheet = await server.inject(`${url}/design.css`)
    t.equal(sheet.headers['content-type'], 'text/css; charset=utf-8')
    t.match(sheet.body, '#design .d1{padding:10px;color:#0b57a4}')
    t.same(asked, [], '49: nothing of ours asks another house for anything')
  },
)

t.test(
  'what a body is written in belongs to its version: sent as Markdown it is Markdown, and a format that is none is refused',
  async (t) => {
    const { house, marketer, parcels } = await openDesk(t)
    const { visit } = marketer
    await addPerson(house, 'ada@example.com', yesTo([1]))
    await visit.open('/admin/campaigns/new')
    visit.tick('topic', 'repairs', true)
    visit.type('subject', 'Five ways to darn')
    visit.type('inShort', 'Five ways.')
    visit.tick('format', 'html', true)
    visit.write('body', '<h2>*Five* ways</h2>')
    await visit.press('Save and see it')
    const versions = async () =>
      house.database.sql<{ id: string; format: string }[]>`select id, format from messages where topic is not null`
    const [before] = await versions()
    t.equal(before?.format, 'html')
    await visit.open('/admin/campaigns/five-ways-to-darn/edit')
    t.match(visit.page.forms[0]?.inputs.find((input) => input.name === 'format')?.value ?? 'html', 'html')
    visit.tick('format', 'markdown', true)
    visit.write('body', '*Five* ways <b>now</b>')
    await visit.press('Save and see it')
    const after = await versions()
    t.match(after, [{ format: 'markdown' }])
    t.not(after[0]?.id, before?.id, '78: an edit is another version')
    await sendNow(house, 'five-ways-to-darn')
    const { html = '' } = await PostalMime.parse(Buffer.from(parcels[0]?.mime ?? '', 'latin1'))
    t.match(html, '<em>Five</em> ways &lt;b&gt;now&lt;/b&gt;')
    t.match(html, '<div class="letter" role="article"')

    await visit.open('/admin/campaigns/new')
    visit.tick('topic', 'repairs', true)
    visit.type('subject', 'Another')
    visit.type('inShort', 'Another.')
    visit.write('body', 'x')
    visit.type('format', 'html; drop table')
    await visit.press('Save and see it')
    t.equal(visit.status, 422, '52: only what is on the list')
    t.match(visit.page.text, 'the body may be markdown or html (given: "html; drop table")')
  },
)
