import { generateKeyPairSync } from 'node:crypto'
import { dkimVerify } from 'mailauth'
import t from 'tap'
import { dkimSigner } from '../../src/mail/dkim.ts'
import { prebuild } from '../../src/mail/mime.ts'

const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
const record = `v=DKIM1; k=rsa; p=${publicKey.export({ type: 'spki', format: 'der' }).toString('base64')}`
const resolver = async (name: string) => {
  if (name !== 's1._domainkey.fern.example') throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' })
  return [[record]]
}

async function mail(link = 'https://choices.fern.example/u/abc'): Promise<string> {
  const fill = await prebuild({
    from: { name: 'Fern', address: 'news@fern.example', domain: 'fern.example' },
    replyTo: null,
    subject: 'Five ways to darn',
    headers: { 'List-Id': '<repairs.fern.example>', 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' },
    text: ['Hello ', 0],
    html: ['<p>Hello ', 0, '</p>'],
  })
  const headers = { 'List-Unsubscribe': `<${link}>` }
  return fill({ to: 'ada@example.com', messageId: '<1@fern.example>', date: new Date(), headers, values: ['Zoë'] })
}

t.test('a signed mail verifies, and its signature covers all three list fields (RFC 8058 section 4)', async (t) => {
  const signed = await dkimSigner(pem, 'fern.example', 's1')(await mail())
  const { results } = await dkimVerify(Buffer.from(signed, 'latin1'), { resolver })
  t.match(results[0], { status: { result: 'pass', aligned: 'fern.example' } })
  const covered = (/;h=([^;]+);/.exec(signed.replaceAll(/\s+/g, ''))?.[1] ?? '').toLowerCase().split(':')
  for (const field of [
    'from',
    'to',
    'subject',
    'date',
    'message-id',
    'list-id',
    'list-unsubscribe',
    'list-unsubscribe-post',
  ]) {
    t.ok(covered.includes(field), field)
  }
})

t.test('long links stay whole and signed', async (t) => {
  for (const length of [40, 400, 850]) {
    const link = `https://choices.fern.example/u/${'x'.repeat(length - 31)}`
    const signed = await dkimSigner(pem, 'fern.example', 's1')(await mail(link))
    const { results } = await dkimVerify(Buffer.from(signed, 'latin1'), { resolver })
    t.equal(results[0]?.status.result, 'pass', `${length} characters`)
    t.match(signed, `List-Unsubscribe: <${link}>\r\n`)
  }
})

t.test('a changed byte breaks the signature', async (t) => {
  const signed = await dkimSigner(pem, 'fern.example', 's1')(await mail())
  for (const [was, is] of [
    ['Five ways', 'Four ways'],
    ['/u/abc', '/u/abd'],
    ['One-Click', 'Two-Click'],
    ['repairs.fern', 'offers.fern'],
  ] as const) {
    const { results } = await dkimVerify(Buffer.from(signed.replace(was, is), 'latin1'), { resolver })
    t.not(results[0]?.status.result, 'pass', was)
  }
})

t.test('a key that would send unsigned mail is refused at start', async (t) => {
  const ed25519 = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const short = generateKeyPairSync('rsa', { modulusLength: 1024 })
    .privateKey.export({ type: 'pkcs8', format: 'pem' })
    .toString()
  for (const key of [ed25519, short, 'not a key', ''])
    t.throws(() => dkimSigner(key, 'fern.example', 's1'), { code: 'not-ready' })
})
