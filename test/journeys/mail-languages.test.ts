import PostalMime, { type Email } from 'postal-mime'
import t from 'tap'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import type { House } from '../../src/actions/house.ts'
import { publishWordings } from '../../src/actions/publish-wordings.ts'
import { setBrand } from '../../src/actions/set-brand.ts'
import { setTopic } from '../../src/actions/set-topic.ts'
import { letterFor } from '../../src/actions/write-topic-mail.ts'
import { allLanguages } from '../../src/domain/language.ts'
import { Problem } from '../../src/domain/problem.ts'
import { renderWording } from '../../src/render.ts'
import { campaignBySlug } from '../../src/store/campaigns.ts'
import { openApp, tokenFor, visitor } from '../support/app.ts'
import { addPerson, addTopics, yesTo } from '../support/cast.ts'
import { fern, openTestHouse } from '../support/house.ts'
import { sendNow, takingCourier, toInstant, toMondayNoon, wakeDue } from '../support/sending.ts'

type Taken = ReturnType<typeof takingCourier>['parcels']

/** A house that offers English, German and Arabic, in which Repairs has a name in both. */
async function inThree(t: Parameters<typeof openTestHouse>[0]) {
  const { courier, parcels } = takingCourier()
  const house = await openTestHouse(t, { courier, brand: { ...fern, languages: ['en', 'de', 'ar'] } })
  await addTopics(house)
  await setTopic(house, 'repairs', 'de', { name: 'Reparaturen', promise: 'Wie man flickt, was man hat.' })
  await setTopic(house, 'repairs', 'ar', { name: 'الإصلاحات', promise: 'كيف تُصلح ما لديك.' })
  return { house, parcels }
}

async function write(house: House, slug: string, language: string | null, topic = 'repairs'): Promise<void> {
  const sender = 'Fern <news@fern.example>'
  const draft = { slug, topic, subject: `About ${slug}`, inShort: 'In short.', sender, body: '# Hello\n\n{{name|you}}' }
  await createCampaign(house, { ...draft, usefulUntil: null, language })
}

async function mailTo(parcels: Taken, address: string): Promise<Email & { html: string; text: string }> {
  const parcel = parcels.find(({ to }) => to === address)
  if (!parcel) throw new Error(`nothing went to ${address}: ${parcels.map(({ to }) => to).join()}`)
  const mail = await PostalMime.parse(Buffer.from(parcel.mime, 'latin1'))
  return { ...mail, html: mail.html ?? '', text: mail.text ?? '' }
}

const speaks = (language: string | null) => yesTo([1], 'as-it-happens', { language })

t.test('a mail ends in her language; its body is in the brand’s own', async (t) => {
  const { house, parcels } = await inThree(t)
  for (const [name, language] of [
    ['ada', 'de-AT'],
    ['ben', 'ar'],
    ['cyn', 'fr'],
    ['dov', null],
  ] as const) {
    await addPerson(house, `${name}@example.com`, speaks(language))
  }
  await write(house, 'darn', null)
  await sendNow(house, 'darn')
  const ada = await mailTo(parcels, 'ada@example.com')
  for (const part of [ada.text, ada.html]) {
    t.match(part, 'Sie wollten E-Mails über Reparaturen, sobald es etwas gibt.')
    t.match(part, 'Warum Sie das bekommen')
    t.match(part, 'Der Abbestellknopf Ihres Mailprogramms beendet „Reparaturen“.')
  }
  t.match(ada.html, '<html lang="en" dir="ltr">')
  t.match(ada.html, '<div class="foot" lang="de" dir="ltr">')
  t.notMatch(ada.text, /[?&]lang=/, 'her page knows her language')
  const ben = await mailTo(parcels, 'ben@example.com')
  t.match(ben.html, '<div class="foot" lang="ar" dir="rtl">')
  t.match(ben.text, 'طلبت رسائل عن الإصلاحات عند حدوث جديد.')
  for (const name of ['cyn', 'dov']) {
    const { html, text } = await mailTo(parcels, `${name}@example.com`)
    t.match(html, '<div class="foot" lang="en" dir="ltr">', `${name}: none of hers is offered`)
    t.match(text, 'You asked for emails about repairs as they happen.')
  }
})

t.test('a campaign that is written in a language is in it from end to end, and so is the page behind it', async (t) => {
  const { house, parcels } = await inThree(t)
  await addPerson(house, 'ada@example.com', speaks('ar'))
  await addPerson(house, 'ben@example.com', speaks(null))
  await addPerson(house, 'cyn@example.com', speaks('de'))
  await write(house, 'darn', 'ar')
  const report = await sendNow(house, 'darn')
  t.match(report, { now: 2, never: 1, reasons: { no_language: 1 } }, 'who chose another one does not get it')
  const ada = await mailTo(parcels, 'ada@example.com')
  t.match(ada.html, '<html lang="ar" dir="rtl">')
  t.match(ada.html, '<div class="foot" lang="ar" dir="rtl">')
  t.notMatch(ada.text, /[?&]lang=/)
  const ben = await mailTo(parcels, 'ben@example.com')
  t.match(ben.html, '<div class="foot" lang="ar" dir="rtl">')
  t.equal(ben.text.match(/\/p\/[\w-]+(?:\/\w+)?\?lang=ar/g)?.length, 3, 'her page would not know, so the links say it')
  const oneClick = ben.headers.find(({ key }) => key === 'list-unsubscribe')?.value
  t.match(oneClick, /^<http:\/\/127\.0\.0\.1:3000\/u\/[\w-]+>$/, 'the header names a person and nothing else')
})

t.test('a letter is built once for each language, and never for each person', async (t) => {
  const { house } = await inThree(t)
  await write(house, 'darn', null)
  await write(house, 'hats', 'de')
  const letter = async (slug: string) => {
    const campaign = await campaignBySlug(house.database.sql, slug)
    if (!campaign) throw new Error('it is not there')
    return letterFor(house, campaign)
  }
  t.same([...(await letter('darn')).spoken.keys()], ['en', 'de', 'ar'])
  t.same([...(await letter('hats')).spoken.keys()], ['de'])
})

t.test('a digest speaks her language, and says of each item in which it is written', async (t) => {
  const { house, parcels } = await inThree(t)
  await toMondayNoon(house)
  await addPerson(house, 'ada@example.com', yesTo([1, 2], 'digest-weekly', { language: 'ar' }))
  await addPerson(house, 'ben@example.com', yesTo([1, 2], 'digest-weekly', { language: null }))
  await write(house, 'darn', null)
  await write(house, 'hats', 'ar', 'new-patterns')
  for (const slug of ['darn', 'hats']) await sendNow(house, slug)
  const [row] = await house.database.sql<{ at: string }[]>`select (instant() + interval '4 days') as at`
  await toInstant(house, new Date(row?.at ?? '').toISOString())
  t.equal(await wakeDue(house), 2)
  const ada = await mailTo(parcels, 'ada@example.com')
  t.match(ada.subject, /ملخّصك، مادتان/)
  t.match(ada.html, '<html lang="ar" dir="rtl">')
  t.match(ada.html, /<div lang="en" dir="ltr">\s*<h2>About darn<\/h2>/)
  t.match(ada.html, /<div lang="ar" dir="rtl">\s*<h2>About hats<\/h2>/)
  t.match(ada.text, 'إيقاف «الإصلاحات»')
  t.match(ada.text, /\/m\/[\da-f-]{36}\?lang=ar/, 'a hosted copy knows nobody')
  t.notMatch(ada.text, /\/p\/[\w-]+(?:\/\w+)?\?lang=/)
  const ben = await mailTo(parcels, 'ben@example.com')
  t.match(ben.html, '<html lang="en" dir="ltr">')
  t.match(ben.subject, '2 items')
})

t.test('the note about more is in her language, or in that of the page where she has saved none', async (t) => {
  const { courier, parcels } = takingCourier()
  const { house, server } = await openApp(t, {}, { courier, brand: { ...fern, languages: ['en', 'de', 'ar'] } })
  for (const [name, language, asked] of [
    ['ada', 'de', '?lang=ar'],
    ['ben', null, '?lang=ar'],
    ['cyn', 'fr', ''],
  ] as const) {
    const id = await addPerson(house, `${name}@example.com`, speaks(language))
    const visit = visitor(server)
    await visit.open(`/p/${tokenFor(house, id)}${asked}`)
    visit.tick('topic', '2', true)
    await visit.press(asked ? 'حفظ خياراتي' : 'Save my choices')
  }
  const ada = await mailTo(parcels, 'ada@example.com')
  t.equal(ada.subject, 'Ihre neue Wahl bei Fern')
  t.match(ada.html, '<html lang="de" dir="ltr">')
  t.match(ada.text, /Rückgängig machen: http\S+\/undo\/[\w-]+\n/)
  const ben = await mailTo(parcels, 'ben@example.com')
  t.match(ben.html, '<html lang="ar" dir="rtl">')
  t.match(ben.text, /\/undo\/[\w-]+\?lang=ar\n/)
  t.match((await mailTo(parcels, 'cyn@example.com')).subject, 'Your new choices at Fern')
})

t.test('a campaign is written in a language that the brand offers', async (t) => {
  const { house } = await inThree(t)
  for (const code of ['fr', 'cy', 'de-AT', '']) {
    await t.rejects(
      write(house, 'darn', code),
      new Problem(
        'invalid-input',
        `--language must be one that your pages are offered in: en, de, ar (given: "${code}"); ` +
          'offer more with: courtesy brand set --languages',
      ),
    )
  }
  await setBrand(house, { languages: allLanguages })
  await publishWordings(house, renderWording)
  await write(house, 'darn', 'fr')
  t.equal((await campaignBySlug(house.database.sql, 'darn'))?.language, 'fr')
})
