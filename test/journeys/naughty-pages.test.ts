import t from 'tap'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { renderWording } from '../../src/render.ts'
import { newestEntry, openApp, tokenFor, type App } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'
import { inTurn, naughtyStrings as strings } from '../support/in-turn.ts'
import { verifyWholeLedger } from '../support/verify-ledger.ts'

const urlencoded = { 'content-type': 'application/x-www-form-urlencoded' }

type Ask = { method: 'GET' | 'POST'; url: string; headers?: Record<string, string>; payload?: string }

t.test('no string in any field, path or query gives a failure or a broken page', async (t) => {
  const app = await openApp(t, { mailbox: t.testdir() })
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const [p, undo] = [
    tokenFor(app.house, id),
    tokenFor(app.house, id, { purpose: 'undo', entry: await newestEntry(app.house) }),
  ]
  const u = tokenFor(app.house, id, { purpose: 'unsubscribe', topics: [1], delivery: id })
  const yes = { shown: '1', topic: '1', pace: 'as-it-happens', channel: 'email', 'pace-1': '' }
  const form = { wording: app.wording, version: String(await newestEntry(app.house)), ...yes }
  t.equal(strings.length, 515)
  let [asked, answered] = [0, 0]
  // Each place gets every third string, and each string every third place.
  for (const [turn, string] of strings.entries()) {
    const asks = inTurn(asksWith(string, { p, u, undo, form }), turn)
    asked += asks.length
    const answers = await Promise.all(asks.map((ask) => app.server.inject(ask)))
    for (const [index, { statusCode, body, headers }] of answers.entries()) {
      const html = String(headers['content-type']).startsWith('text/html')
      const faults = html ? parsePage(body).faults : []
      if (statusCode < 500 && faults.length === 0) answered += 1
      else t.fail(`${JSON.stringify(asks[index])} answered ${statusCode}: ${faults.join(', ')}`)
    }
  }
  t.equal(answered, asked)
  t.ok(asked > 4_000)
  t.equal((await app.server.inject(`/p/${p}`)).statusCode, 200)
  await verifyWholeLedger(t, app.house)
})

t.test('whatever a brand, a topic or a subject is called, its page holds, and says exactly that', async (t) => {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  const delivery = id
  await deliver(app, id, delivery)
  const token = tokenFor(app.house, id, { topics: [1], delivery })
  const kept = strings.filter((string) => string.trim() !== '' && !string.includes('\0') && string.isWellFormed())
  for (const string of inTurn(kept, 0)) {
    const named = string.normalize('NFC')
    await rename(app, named)
    for (const path of ['/p/', '/u/']) {
      const link = path === '/u/' ? tokenFor(app.house, id, { purpose: 'unsubscribe', topics: [1], delivery }) : token
      const { statusCode, body } = await app.server.inject(`${path}${link}`)
      const page = parsePage(body)
      const shows = page.text.includes(visible(named))
      if (statusCode !== 200 || page.faults.length > 0 || !shows) {
        t.fail(`${path} with ${JSON.stringify(named)} answered ${statusCode}: ${page.faults.join(', ')}`)
      }
    }
    const why = parsePage((await app.server.inject(`/p/${token}/why`)).body)
    if (why.faults.length > 0 || !why.headings[0]?.includes(visible(named))) t.fail(`why with ${JSON.stringify(named)}`)
  }
  t.ok(kept.length > 450)
})

/** One request for every place that takes text from outside, with this one in it. */
function asksWith(
  string: string,
  { p, u, undo, form }: { p: string; u: string; undo: string; form: Record<string, string> },
): Ask[] {
  const well = string.toWellFormed()
  const path = encodeURIComponent(well)
  const post = (url: string, fields: Record<string, string>): Ask => {
    return { method: 'POST', url, headers: urlencoded, payload: new URLSearchParams(fields).toString() }
  }
  const gets = [
    `/p/${path}`,
    `/p/${path}/why`,
    `/u/${path}`,
    `/undo/${path}`,
    `/mailbox/${path}`,
    `/${path}`,
    `/p/${p}?saved=${path}`,
    `/p/${p}?undone=${path}`,
    `/p/${p}?unchanged=${path}`,
    `/p/${p}?lang=${path}`,
    `/undo/${undo}?undone=${path}`,
    `/style.css?v=${path}`,
  ]
  const fields = Object.keys(form).map((name) => post(`/p/${p}`, { ...form, [name]: well }))
  const part = `--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\n${well}\r\n--b--\r\n`
  return [
    ...gets.map((url): Ask => ({ method: 'GET', url })),
    ...fields,
    post(`/p/${p}/pause`, { for: well }),
    post(`/p/${p}/stop-topic`, { topic: well }),
    post(`/p/${path}/stop`, {}),
    post(`/undo/${path}`, { page: p }),
    post(`/u/${u}`, { 'List-Unsubscribe': well }),
    { method: 'POST', url: `/u/${u}`, headers: { 'content-type': 'multipart/form-data; boundary=b' }, payload: part },
    { method: 'POST', url: `/u/${u}`, headers: { 'content-type': 'multipart/form-data; boundary=b' }, payload: well },
  ]
}

async function rename({ house }: App, name: string): Promise<void> {
  const { database } = house
  await database.sql`update topics set name = ${name}, promise = ${name} where id = 1`
  await database.sql`update brand set settings = settings || ${JSON.stringify({ name, postalAddress: name })}::jsonb`
  await database.sql`update messages set subject = ${name}`
  await publishWordings(house, renderWording)
}

async function deliver({ house: { database } }: App, person: string, delivery: string): Promise<void> {
  await database.sql`
    insert into messages (id, topic, subject, in_short, sender, body) values (${delivery}, 1, 's', 's', 'Fern <n@fern.example>', 'b')`
  await database.sql`
    insert into deliveries (id, message, person, state, verdict, version, attempt)
    values (${delivery}, ${delivery}, ${person}, 'released', 'now', 1, ${delivery})`
}

/** As a reader sees it: runs of white space are one space. */
function visible(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}
