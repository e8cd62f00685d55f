import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t, { type Test } from 'tap'
import { liveEightDays } from '../support/eight-days.ts'

const statuses = ['subscribed', 'unsubscribed', 'cleaned']
const copies = 16

/** The bundled excerpt several times over, under other addresses each time, so that every pace meets every topic. */
function manyTimes(t: Test): string[] {
  const root = mkdtempSync(join(tmpdir(), 'courtesy-copies-'))
  t.teardown(() => rmSync(root, { recursive: true }))
  return Array.from({ length: copies }, (_, copy) => copy).flatMap((copy) => {
    mkdirSync(join(root, String(copy)))
    return statuses.map((status) => {
      const name = `${status}_members_export.csv`
      const text = readFileSync(fileURLToPath(new URL(`../fixtures/mailchimp/${name}`, import.meta.url)), 'utf8')
      const path = join(root, String(copy), name)
      writeFileSync(path, text.replaceAll('@', `.${copy}@`))
      return path
    })
  })
}

t.test('over eight days check, mails, reports and report files agree to the person', async (t) => {
  const oracle = await liveEightDays(t, manyTimes(t))
  const fates = oracle.people.flatMap((her) => her.fates)
  const met = new Set(fates.flatMap(({ planReason, state }) => [planReason, state]))
  const all = ['digest', 'cap_reached', 'quiet_hours', 'bounced', 'stopped', 'topic', 'channel', 'paused', 'not_asked']
  for (const one of [...all, 'sent', 'held', 'held_back', 'cancelled', 'refused']) t.ok(met.has(one), `${one} was met`)
  t.ok(
    oracle.people.some((her) => her.mails.some(({ items }) => items.length > 1)),
    'so were digests of several items',
  )
})
