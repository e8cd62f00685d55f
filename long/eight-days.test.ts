// The whole audience of the invented export beside the checkout, ../shared/data/mailchimp, through eight days. The product needs it for nothing.
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import t from 'tap'
import { liveEightDays } from '../test/support/eight-days.ts'

const files = ['subscribed', 'unsubscribed', 'cleaned'].map((status) =>
  fileURLToPath(new URL(`../../shared/data/mailchimp/${status}_members_export.csv`, import.meta.url)),
)

t.setTimeout(1_700_000)

t.test('over eight days check, mails, reports and report files of 12,400 people agree to the person', async (t) => {
  const missing = files.filter((file) => !existsSync(file))
  if (missing.length > 0) {
    return t.fail(
      `this test takes the export that ../shared/data/make_mailchimp_export.py writes, and there is no ${missing.join(', no ')}; npm test does the same with the excerpt in test/fixtures/mailchimp`,
    )
  }
  const oracle = await liveEightDays(t, files)
  t.ok(oracle.people.length > 12_000, `${oracle.people.length} people`)
})
