import { randomUUID } from 'node:crypto'
import t from 'tap'
import { newestEntry, openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'
import { apart, inTurn, naughtyStrings as strings } from '../support/in-turn.ts'

async function ada(t: Parameters<typeof openApp>[0]) {
  const app = await openApp(t)
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1]))
  return { ...app, sql: app.house.database.sql, id, token: tokenFor(app.house, id), visit: visitor(app.server) }
}

t.test('whatever she writes, the page holds and says exactly that', async (t) => {
  const { server, token, visit, id: person, sql } = await ada(t)
  await visit.open(`/p/${token}/talk`)
  visit.write('words', 'First.')
  await visit.press('Send')
  const id = visit.url.split(/[/?]/)[4] ?? ''
  let kept = 0
  const tried = inTurn(
    strings.filter((each) => each.isWellFormed()),
    1,
  )
  for (const string of tried) {
    const { statusCode } = await post(server, `/p/${token}/talk/${id}`, { id, words: string })
    await visit.open(`/p/${token}/talk/${id}`)
    const [row] = await sql`select text from answers where person = ${person}`
    if (statusCode === 303) kept += 1
    const shown = visit.page.forms.flatMap(({ fields }) => fields).find(([name]) => name === 'words')?.[1]
    if (statusCode >= 500 || visit.status !== 200 || visit.page.faults.length > 0 || shown !== row?.['text']) {
      t.fail(`${JSON.stringify(string)} answered ${statusCode}, ${visit.status}: ${visit.page.faults.join(', ')}`)
    }
  }
  t.ok(kept > 450 / apart, `${kept}`)
})

t.test('no string in any other field or path of the conversation gives a failure or a broken page', async (t) => {
  const { server, token, house, id, sql } = await ada(t)
  const [undo, known] = [tokenFor(house, id, { purpose: 'undo', entry: await newestEntry(house) }), randomUUID()]
  for (const string of inTurn(strings, 2)) {
    const well = string.toWellFormed()
    const path = encodeURIComponent(well)
    const answers = await Promise.all([
      server.inject(`/p/${token}/talk/${path}`),
      post(server, `/p/${token}/talk`, { id: well, words: well }),
      post(server, `/p/${token}/talk`, { id: known, question: well, words: 'x' }),
      post(server, `/p/${token}/talk/${path}/delete`, {}),
      post(server, `/p/${token}/talk/decline`, { question: well }),
      post(server, `/p/${token}/talk/${known}/consent`, { wording: well, quote: 'no_name', reply: well }),
      post(server, `/p/${token}/reason`, { id: known, stop: undo, reason: well, words: well }),
      post(server, `/p/${token}/reason`, { id: known, stop: well, reason: well, words: well }),
    ])
    for (const [index, { statusCode, body }] of answers.entries()) {
      const faults = body === '' ? [] : parsePage(body).faults
      if (statusCode >= 500 || faults.length > 0)
        t.fail(`${index} ${JSON.stringify(string)}: ${statusCode} ${faults.join()}`)
    }
  }
  t.same(await sql`select reason from answers where reason is not null`, [])
})

async function post(server: Parameters<typeof visitor>[0], url: string, fields: Record<string, string>) {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  return server.inject({ method: 'POST', url, headers, payload: new URLSearchParams(fields).toString() })
}
