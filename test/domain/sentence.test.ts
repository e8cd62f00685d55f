import fc from 'fast-check'
import t from 'tap'
import { unnamedBrand } from '../../src/domain/brand.ts'
import { notAsked } from '../../src/domain/choices.ts'
import type { Choices, TopicAnswer } from '../../src/domain/choices.ts'
import { pauseUntil, stopEverything } from '../../src/domain/choice-changes.ts'
import { judge } from '../../src/domain/gate.ts'
import { allLanguages, type Language } from '../../src/domain/language.ts'
import { describe, promiseLine } from '../../src/domain/sentence.ts'
import type { SentenceContext } from '../../src/domain/sentence.ts'
import type { Pace } from '../../src/domain/pace.ts'
import type { SuppressionReason } from '../../src/domain/suppression.ts'
import {
  arbitraryBrand,
  arbitraryChoices,
  arbitraryInstant,
  arbitrarySuppressions,
  someTopics,
  someWording,
} from '../support/arbitrary-choices.ts'

const now = new Date('2026-11-21T10:00:00.000Z')
const march = '2026-03-03T09:00:00.000Z'
const basis = { evidence: 'seen', wording: someWording, confirmedAt: march } as const
const yes: TopicAnswer = { answer: 'yes', at: march, entry: 1, basis, pace: null }
const no: TopicAnswer = { ...yes, answer: 'no', basis: null }
const context: SentenceContext = {
  topics: someTopics,
  brand: { ...unnamedBrand, timeZone: 'Europe/London' },
  locale: 'en',
  now,
  address: 'a•••@example.com',
  suppressions: [],
  wordings: new Set([someWording]),
}
const chose: Choices = {
  ...notAsked(),
  topics: { 1: yes, 2: yes, 3: no },
  pace: 'digest-weekly',
  paceChosen: true,
  channels: { email: 'yes', text: 'no', phone: 'no' },
}
const paced = (pace: Pace): Choices => ({ ...chose, pace })
const own = (...paces: (Pace | null)[]): Choices['topics'] =>
  Object.fromEntries(paces.map((pace, place) => [place + 1, { ...yes, pace }]))

t.test('each pace has its sentence', async (t) => {
  const sentences: Partial<Record<Pace, string>> = {
    'as-it-happens': 'You’ll get emails about repairs and new patterns as they happen. Never by phone or text.',
    'digest-daily': 'You’ll get one digest a day, about repairs and new patterns. Never by phone or text.',
    'digest-weekly':
      'You’ll get one digest a week, on Fridays, about repairs and new patterns. Never by phone or text.',
    'digest-monthly':
      'You’ll get one digest a month, on the first Friday, about repairs and new patterns. Never by phone or text.',
    '1-per-week': 'You’ll get at most one email a week, about repairs and new patterns. Never by phone or text.',
    '3-per-month': 'You’ll get at most 3 emails a month, about repairs and new patterns. Never by phone or text.',
    '2-per-day': 'You’ll get at most 2 emails a day, about repairs and new patterns. Never by phone or text.',
  }
  for (const [pace, sentence] of Object.entries(sentences)) t.equal(describe(paced(pace as Pace), context), sentence)
})

t.test('the day of the digest is the brand’s', async (t) => {
  const brand = {
    ...context.brand,
    weeklySlot: { weekday: 7, time: '18:00' },
    monthlySlot: { weekday: 1, time: '07:00' },
  }
  t.match(describe(chose, { ...context, brand }), 'one digest a week, on Sundays,')
  t.match(describe(paced('digest-monthly'), { ...context, brand }), 'one digest a month, on the first Monday,')
})

t.test('only channels she said no to are named as never', async (t) => {
  const never = (channels: Choices['channels']) => describe({ ...paced('as-it-happens'), channels }, context)
  t.equal(never({ email: 'yes' }), 'You’ll get emails about repairs and new patterns as they happen.')
  t.match(never({ email: 'yes', post: 'no', text: 'yes' }), /happen\. Never by post\.$/)
  t.match(never({ email: 'yes', post: 'no', text: 'no', phone: 'no' }), /Never by phone, text or post\.$/)
})

t.test('topics with paces of their own are said one after the other', async (t) => {
  t.equal(
    describe({ ...chose, topics: own('as-it-happens', null) }, context),
    'You’ll get one digest a week, on Fridays, about new patterns. You’ll also get emails about repairs as they happen. Never by phone or text.',
  )
  t.equal(
    describe({ ...paced('digest-daily'), topics: own('digest-monthly', 'digest-monthly') }, context),
    'You’ll get one digest a month, on the first Friday, about repairs and new patterns. Never by phone or text.',
  )
  t.equal(
    describe({ ...chose, channels: { email: 'yes' }, topics: own('1-per-week', '1-per-week') }, context),
    'You’ll get at most one email a week, about repairs. You’ll also get at most one email a week, about new patterns.',
    'a limit on one topic counts that topic alone',
  )
  t.equal(
    describe(
      { ...chose, topics: own('1-per-week', '2-per-week', 'as-it-happens', 'digest-daily', null, null) },
      context,
    ),
    'You’ll get emails about stories from other makers, DIY and 4 other topics, each at its own pace. Never by phone or text.'.replace(
      'stories from other makers, DIY',
      'repairs, new patterns',
    ),
  )
})

t.test('a pace that she did not choose is said to be ours', async (t) => {
  const imported = { ...chose, paceChosen: false }
  t.equal(
    describe(imported, context),
    'You’ll get emails about repairs and new patterns. You haven’t chosen a pace; we said one digest a week. Never by phone or text.',
  )
  t.match(
    describe({ ...imported, pace: 'as-it-happens' }, context),
    'You haven’t chosen a pace; we said as it happens.',
  )
  t.match(describe({ ...imported, pace: '2-per-month' }, context), 'we said at most 2 emails a month.')
})

t.test('more than four topics are counted', async (t) => {
  t.match(
    describe({ ...chose, topics: own(null, null, null, null) }, context),
    'repairs, new patterns, events near you and offers.',
  )
  t.match(
    describe({ ...chose, topics: own(null, null, null, null, null) }, context),
    'repairs, new patterns and 3 other topics.',
  )
})

t.test('names so long that the sentence would run over are counted instead', async (t) => {
  const topics = someTopics.map((topic) => ({
    ...topic,
    name: `Everything there is to say about ${topic.name} and all that`,
  }))
  t.match(
    describe(chose, { ...context, topics }),
    'about everything there is to say about Repairs and all that and one other topic.',
  )
  const endless = someTopics.map((topic) => ({ ...topic, name: 'Word '.repeat(40).trim() }))
  t.equal(
    describe(chose, { ...context, topics: endless }),
    'You’ll get one digest a week, on Fridays, about 2 topics. Never by phone or text.',
  )
})

t.test('a pause says until when, and what comes after it', async (t) => {
  const paused = pauseUntil(chose, '2026-12-21T00:30:00.000Z', now.toISOString())
  const sentence =
    'You’ll get nothing until 21 December 2026. After that, you’ll get one digest a week, on Fridays, about repairs and new patterns. Never by phone or text.'
  t.equal(describe(paused, context), sentence)
  t.match(describe({ ...paused, timeZone: 'America/New_York' }, context), 'until 20 December 2026.', 'in her zone')
  t.match(
    describe({ ...paused, paceChosen: false }, context),
    'After that, you’ll get emails about repairs and new patterns. You haven’t chosen a pace; we said one digest a week.',
  )
  t.equal(
    describe({ ...paused, topics: { 1: no } }, context),
    'You’ll get nothing, because no topic is ticked. Tick one to start again.',
  )
  t.equal(describe(paused, { ...context, now: new Date('2026-12-21T00:30:00.000Z') }), describe(chose, context), 'over')
  const expiring = { ...context, brand: { ...context.brand, seenDays: 270 } }
  t.equal(
    describe(paused, expiring),
    'You’ll get nothing until you tell us that your choices still hold.',
    'a yes that ends within the pause',
  )
})

t.test('a stop says who decided it and when', async (t) => {
  const stopped = (by: 'herself' | 'one-click' | 'staff' | 'import') =>
    describe(stopEverything(chose, '2026-03-03T23:30:00.000Z', by, null), context)
  t.equal(stopped('herself'), 'You’ll get nothing from us. You decided this on 3 March 2026.')
  t.equal(stopped('one-click'), 'You’ll get nothing from us. You decided this on 3 March 2026.')
  t.equal(stopped('staff'), 'You’ll get nothing from us. You asked us to stop on 3 March 2026.')
  t.equal(stopped('import'), 'You’ll get nothing from us. You unsubscribed on 3 March 2026.')
})

t.test('each reason why nothing comes has its sentence', async (t) => {
  const states: [string, Choices, Partial<SentenceContext>?][] = [
    ['We have your address, but you haven’t told us what you want. Until you do, we send you nothing.', notAsked()],
    ['You’ll get nothing, because no topic is ticked. Tick one to start again.', { ...chose, topics: { 1: no } }],
    ['You’ll get nothing, because no topic is ticked. Tick one to start again.', { ...chose, topics: { 99: yes } }],
    [
      'You’re one press away: we’ve emailed a•••@example.com and will send nothing until you confirm.',
      { ...chose, topics: { 1: { ...yes, answer: 'pending' }, 2: no } },
    ],
    ['You’ll get nothing, because you haven’t said yes to email.', { ...chose, channels: {} }],
    [
      'You’ll get nothing, because no way to reach you is ticked. Tick one to start again.',
      { ...chose, channels: { email: 'no', post: 'no' } },
    ],
    ['You’ll get no email from us. You said yes only to post.', { ...chose, channels: { email: 'no', post: 'yes' } }],
    [
      'You’ll get nothing until you tell us that your choices still hold.',
      chose,
      { brand: { ...context.brand, seenDays: 30 } },
    ],
    ['You’ll get nothing, because we can’t show the words you agreed to.', chose, { wordings: new Set() }],
  ]
  for (const [sentence, choices, change] of states) t.equal(describe(choices, { ...context, ...change }), sentence)
})

t.test('an address that must not be written to says why, before anything she chose', async (t) => {
  const suppressed = (...suppressions: SuppressionReason[]) =>
    describe(stopEverything(chose, march, 'herself', null), { ...context, suppressions })
  t.equal(suppressed('erased'), 'You’ll get nothing from us. We erased what we knew about this address.')
  t.equal(
    suppressed('do_not_contact'),
    'You’ll get nothing from us. This address is on our list of those who must not be contacted.',
  )
  t.equal(suppressed('bounced'), 'Your mailbox refused our emails, so we stopped. Is the address still right?')
  t.equal(suppressed('complained'), 'You’ll get nothing from us, because one of our emails was reported as unwanted.')
  t.equal(suppressed('complained', 'bounced'), suppressed('bounced'), "in the gate's order")
})

t.test('a name is never read as a message', async (t) => {
  const topics = [{ ...someTopics[0]!, name: '{topics} <b>‘’ # {x, plural, other {}}' }]
  t.match(describe(chose, { ...context, topics }), 'about {topics} <b>‘’ # {x, plural, other {}}.')
})

t.test('the mail says what she asked for, at every pace', async (t) => {
  const line = (choices: Choices) => promiseLine(choices, someTopics[0]!, context)
  t.equal(line(paced('as-it-happens')), 'You asked for emails about repairs as they happen.')
  t.equal(line(paced('digest-daily')), 'You asked for one email a day about repairs. This is it.')
  t.equal(line(paced('digest-weekly')), 'You asked for one email a week about repairs. This is it.')
  t.equal(line(paced('digest-monthly')), 'You asked for one email a month about repairs. This is it.')
  t.equal(line(paced('1-per-week')), 'You asked for at most one email a week about repairs. This is it.')
  t.equal(line(paced('3-per-week')), 'You asked for at most 3 emails a week about repairs. This is one of them.')
  t.equal(line({ ...chose, topics: own('as-it-happens') }), 'You asked for emails about repairs as they happen.')
  t.equal(
    line({ ...paced('as-it-happens'), paceChosen: false }),
    'You said yes to repairs. You haven’t chosen a pace; we said as it happens.',
  )
  t.equal(
    line({ ...chose, paceChosen: false, topics: own('digest-monthly') }),
    'You asked for one email a month about repairs. This is it.',
  )
})

t.test(
  'a sentence has at most 30 words, and promises something exactly when the gate would let something through',
  async (t) => {
    const met = new Set<string>()
    fc.assert(
      fc.property(
        arbitraryChoices(),
        arbitraryBrand(),
        arbitrarySuppressions(),
        arbitraryInstant(),
        fc.boolean(),
        (choices, brand, suppressions, at, keepsTopics) => {
          const wordings = new Set([someWording])
          const topics = keepsTopics ? someTopics : someTopics.slice(2)
          const sentence = describe(choices, { ...context, topics, brand, suppressions, now: at, wordings })
          const verdicts = topics.map(({ id }) =>
            judge(
              { kind: 'topic', topic: id, channel: 'email', languages: null, usefulUntil: null },
              { choices, recent: [], suppressions },
              { brand, wordings },
              at,
            ),
          )
          const promises = /^You’ll get (emails|one digest|at most)/.test(sentence)
          met.add(sentence.split(' ').slice(0, 4).join(' '))
          return sentence.split(/\s+/).length <= 30 && promises === verdicts.some(({ kind }) => kind !== 'never')
        },
      ),
      { numRuns: 3000 },
    )
    t.ok(met.size >= 8, `many states were met: ${[...met].join('; ')}`)
  },
)

const inFive: Record<Language, { week: string; paused: string; promise: string; unchosen: string }> = {
  en: {
    week: 'You’ll get one digest a week, on Fridays, about repairs and new patterns. Never by phone or text.',
    paused:
      'You’ll get nothing until 21 December 2026. After that, you’ll get at most 2 emails a month, about repairs and new patterns. Never by phone or text.',
    promise: 'You asked for at most 2 emails a month about repairs. This is one of them.',
    unchosen: 'You said yes to repairs. You haven’t chosen a pace; we said at most 2 emails a month.',
  },
  de: {
    week: 'Sie bekommen eine Sammelmail in der Woche, jeden Freitag, über Reparaturen und Neue Muster. Niemals per Telefon oder SMS.',
    paused:
      'Sie bekommen nichts bis 21. Dezember 2026. Danach bekommen Sie höchstens 2 E-Mails im Monat über Reparaturen und Neue Muster. Niemals per Telefon oder SMS.',
    promise: 'Sie wollten höchstens 2 E-Mails im Monat über Reparaturen. Das ist eine davon.',
    unchosen:
      'Zu Reparaturen haben Sie ja gesagt. Wie oft, haben Sie noch nicht gewählt; zugesagt haben wir höchstens 2 E-Mails im Monat.',
  },
  fr: {
    week: 'Vous recevrez un récapitulatif par semaine, le vendredi : réparations et new patterns. Jamais par téléphone ou SMS.',
    paused:
      'Vous ne recevrez rien jusqu’au 21 décembre 2026. Ensuite, vous recevrez au plus 2 e-mails par mois : réparations et new patterns. Jamais par téléphone ou SMS.',
    promise: 'Vous avez demandé au plus 2 e-mails par mois sur ce thème : réparations. En voici un.',
    unchosen:
      'Vous avez dit oui à ce thème : réparations. Vous n’avez pas choisi la fréquence ; nous avions dit au plus 2 e-mails par mois.',
  },
  es: {
    week: 'Recibirá un resumen a la semana, cada viernes, sobre reparaciones y new patterns. Nunca por teléfono o SMS.',
    paused:
      'No recibirá nada hasta el 21 de diciembre de 2026. Después recibirá como máximo 2 correos al mes sobre reparaciones y new patterns. Nunca por teléfono o SMS.',
    promise: 'Pidió como máximo 2 correos al mes sobre reparaciones. Este es uno de ellos.',
    unchosen: 'Dijo sí a reparaciones. No ha elegido la frecuencia; dijimos como máximo 2 correos al mes.',
  },
  ar: {
    week: 'سيصلك ملخّص واحد في الأسبوع، يوم الجمعة، عن الإصلاحات والأنماط الجديدة. ولن نتواصل معك أبدًا عبر الهاتف أو الرسائل النصية.',
    paused:
      'لن يصلك شيء حتى 21 ديسمبر 2026. وبعد ذلك ستصلك في الشهر على الأكثر رسالتان عن الإصلاحات والأنماط الجديدة. ولن نتواصل معك أبدًا عبر الهاتف أو الرسائل النصية.',
    promise: 'طلبت رسالتين في الشهر على الأكثر عن الإصلاحات. هذه إحداهما.',
    unchosen: 'وافقت على الإصلاحات. لم تُحدَّد الوتيرة من جانبك؛ ما قلناه هو رسالتان في الشهر على الأكثر.',
  },
}
const [repairs, patterns, ...otherTopics] = someTopics
/** French and Spanish know one of the topics by a name of their own, German and Arabic both. */
const translated = [
  {
    ...repairs!,
    translations: {
      de: { name: 'Reparaturen', promise: '' },
      fr: { name: 'Réparations', promise: '' },
      es: { name: 'Reparaciones', promise: '' },
      ar: { name: 'الإصلاحات', promise: '' },
    },
  },
  {
    ...patterns!,
    translations: { de: { name: 'Neue Muster', promise: '' }, ar: { name: 'الأنماط الجديدة', promise: '' } },
  },
  ...otherTopics,
]

t.test('each language says it in sentences of its own, with the topics’ names in it', async (t) => {
  const twice = paced('2-per-month')
  for (const locale of allLanguages) {
    const here = { ...context, locale, topics: translated }
    const plain = (sentence: string) => sentence.replaceAll(/[\u00a0\u202f]/g, ' ').replaceAll(/[\u2068\u2069]/g, '')
    t.same(
      {
        week: plain(describe(chose, here)),
        paused: plain(describe(pauseUntil(twice, '2026-12-21T09:00:00.000Z', march), here)),
        promise: plain(promiseLine(twice, translated[0]!, here)),
        unchosen: plain(promiseLine({ ...twice, paceChosen: false }, translated[0]!, here)),
      },
      inFive[locale],
      locale,
    )
  }
})

t.test('whatever she chose, every language says it in 1 to 30 words, with nothing left to fill in', async () => {
  fc.assert(
    fc.property(
      arbitraryChoices(),
      arbitraryBrand(),
      arbitrarySuppressions(),
      arbitraryInstant(),
      fc.constantFrom(...allLanguages),
      fc.constantFrom(...someTopics),
      (choices, brand, suppressions, at, locale, topic) => {
        const here = { ...context, topics: translated, brand, suppressions, now: at, locale }
        const sentence = describe(choices, here)
        const line = promiseLine(choices, topic, here)
        const words = sentence.split(/\s+/).length
        return words >= 3 && words <= 30 && line !== '' && !/[{}#]|undefined|NaN|Invalid/.test(sentence + line)
      },
    ),
    { numRuns: 4000 },
  )
})

t.test('a sentence names no topic that the gate would refuse', async () => {
  fc.assert(
    fc.property(arbitraryChoices(), arbitraryBrand(), (choices, brand) => {
      const wordings = new Set([someWording])
      const sentence = describe(choices, { ...context, brand, wordings })
      return someTopics.every(({ id, name }) => {
        const verdict = judge(
          { kind: 'topic', topic: id, channel: 'email', languages: null, usefulUntil: null },
          { choices: { ...choices, paused: null }, recent: [], suppressions: [] },
          { brand, wordings },
          now,
        )
        return verdict.kind !== 'never' || !sentence.toLowerCase().includes(name.toLowerCase())
      })
    }),
    { numRuns: 1000 },
  )
})
