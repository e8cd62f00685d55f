// `node scripts/check-texts.ts [ROOT]`: fails when a language lacks a text, has one too many or in another order, when a
// text's arguments or plural forms are not whole, when a text is used nowhere, and when a view says something of its own.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { IntlMessageFormat } from 'intl-messageformat'
import { brandReaders } from '../src/actions/brand-values.ts'
import { quotes } from '../src/domain/answer.ts'
import { channels } from '../src/domain/choices.ts'
import { bodyFormats } from '../src/domain/campaign-body.ts'
import { lintCodes } from '../src/domain/campaign-lint.ts'
import { campaignStates, reportedStates } from '../src/domain/campaign-state.ts'
import { laterReasons, neverReasons } from '../src/domain/gate.ts'
import { heldReasons, paceGroups, rungs } from '../src/domain/insights.ts'
import { allLanguages, writingOf, type Language } from '../src/domain/language.ts'
import { notChosen } from '../src/domain/narrowing.ts'
import { pauseLengths } from '../src/domain/pause-length.ts'
import { effects } from '../src/domain/relationship.ts'
import { keptKinds, retention } from '../src/domain/retention.ts'
import { exportKinds } from '../src/domain/export-scope.ts'
import { entryKinds } from '../src/domain/ledger-entry.ts'
import { staffLanguages, type StaffLanguage } from '../src/domain/staff-catalogue.ts'
import { staffRoles } from '../src/domain/staff-role.ts'
import { serviceKinds, serviceRegister } from '../src/domain/service-register.ts'
import { stopReasons } from '../src/domain/stop-reason.ts'
import { suppressionReasons } from '../src/domain/suppression.ts'

/** Kinds of parts in what the parser of intl-messageformat gives: plain text, a plural, its number. */
const [literal, plural, number] = [0, 6, 7]
const periods = ['day', 'week', 'month']
const digests = ['digest-daily', 'digest-weekly', 'digest-monthly']
const shapes = ['as-it-happens', ...digests, ...periods.map((period) => `cap-${period}`)]
const addressActs = ['confirm', 'keep', 'putBack']
const grounds = [...new Set([...retention.map(({ ground }) => ground), ...Object.values(serviceRegister)])]
const statuses = [400, 403, 404, 405, 409, 410, 413, 415, 422, 429, 500, 503].map(String)
/** What stands in each place of the keys that code puts together; every `*` is one place. */
const said: Readonly<Record<string, readonly (readonly string[])[]>> = {
  'about.service.*.name': [serviceKinds],
  'about.service.*.why': [serviceKinds],
  'channel.*': [channels],
  'download.file.address.*': [['waiting', 'replaced']],
  'download.file.state.*': [['sent', 'unknown', 'released', 'refused', 'deferred', 'held', 'held_back', 'cancelled']],
  'download.file.suppressed.*': [suppressionReasons],
  'history.*': [['yes', 'yes.again', 'no', 'pending', 'unasked']],
  'history.channels.*': [['yes', 'no', 'unasked']],
  'history.from.*': [['page', 'stop-page', 'undo', 'start', 'confirm']],
  'history.imported.*': [['mailchimp', 'listmonk', 'yes', 'no']],
  'history.pace.cap-*': [periods],
  'history.pace.digest-*': [periods],
  'page.address.*': [addressActs],
  'page.address.*Lead': [addressActs],
  'page.address.*Button': [addressActs],
  'page.channel.*': [channels],
  'page.details.*': [['saved', 'unchanged']],
  'page.details.*Lead': [['saved', 'unchanged']],
  'page.home.*': [['page', 'check', 'proof', 'mailbox']],
  'page.home.*Lead': [['page', 'check', 'proof', 'mailbox']],
  'page.pace.*': [['as-it-happens', ...digests]],
  'page.pace.*.when': [['as-it-happens', ...digests]],
  'page.pace.cap.*': [periods],
  'page.pause.*': [pauseLengths],
  'page.problem.*': [[...statuses, 'signIn']],
  'page.problem.*.lead': [[...statuses, 'signIn']],
  'page.confirm.*': [['used', 'expired', 'superseded']],
  'page.confirm.*Lead': [['used', 'expired', 'superseded']],
  'page.session.*': [['used', 'expired']],
  'page.session.*Lead': [['used', 'expired']],
  'page.result.pause.*': [['3-months', '6-months']],
  'page.why.*': [['seen', 'attested']],
  'page.why.held.*': [[...laterReasons, 'turn']],
  'privacy.ground.*': [grounds],
  'privacy.kept.*.name': [keptKinds],
  'privacy.kept.*.until': [keptKinds],
  'privacy.kept.*.why': [keptKinds],
  'promise.*': [shapes],
  'promises.*': [['few', 'hidden']],
  'record.tag.*': [['sent', 'unsure', 'on-its-way', 'waits', 'refused', 'not-sent', 'called-back']],
  'sentence.*': [neverReasons],
  'sentence.*.*': [['coming', 'also', 'after'], shapes],
  'sentence.*.any-pace': [['coming', 'after']],
  'sentence.*.own-paces': [['coming', 'after']],
  'sentence.stopped.*': [['herself', 'one-click', 'staff', 'import']],
  'sentence.unchosen.*': [shapes],
  'talk.*': [['declined', 'deleted']],
  'talk.consents.quote.*': [quotes],
  'talk.consents.reply.*': [['yes', 'no']],
  'talk.error.*': [['empty', 'empty-edit']],
  'talk.reason.*': [stopReasons],
}
const brandValues = Object.keys(brandReaders)
/** The same for the staff's texts. */
const staffSaid: typeof said = {
  'staff.campaigns.compose.format.*': [bodyFormats],
  'staff.campaigns.effect.*': [[...effects, 'answered', 'complained', 'wasntAbout']],
  'staff.campaigns.lint.*': [lintCodes],
  'staff.campaigns.markdown.*': [['heading', 'strong', 'link', 'list', 'name']],
  'staff.campaigns.reason.*': [[...neverReasons, ...laterReasons, notChosen]],
  'staff.campaigns.rests.*': [['first-ever', 'attested']],
  'staff.campaigns.rule.*': [[...neverReasons, ...laterReasons, notChosen, 'now']],
  'staff.campaigns.said.*': [['written', 'edited', 'called-off', 'test']],
  'staff.campaigns.preview.*': [['desk', 'phone', 'text']],
  'staff.campaigns.state.*': [campaignStates],
  'staff.campaigns.tally.*': [reportedStates],
  'staff.campaigns.verdict.*': [['now', 'later', 'never']],
  'staff.campaigns.why.*': [['now', 'later', 'never']],
  'staff.answer.*': [['yes', 'no', 'pending', 'unasked']],
  'staff.basis.*': [['seen', 'attested']],
  'staff.brand.*': [brandValues],
  'staff.brand.*.hint': [brandValues],
  'staff.contrast.*': [['light', 'dark']],
  'staff.doctor.*': [
    [
      'spf.one',
      'spf.none',
      'spf.several',
      'spf.everybody',
      'dkim.key',
      'dkim.none',
      'dkim.revoked',
      'dkim.relay',
      'dkim.unset',
      'dmarc.enforced',
      'dmarc.watching',
      'dmarc.none',
      'dmarc.several',
      'alignment.same',
      'alignment.other',
      'away',
    ],
  ],
  'staff.doctor.about.*': [['spf', 'dkim', 'dmarc', 'alignment']],
  'staff.desk.state.*': [['scheduled', 'sending', 'paused', 'draft', 'sent', 'cancelled']],
  'staff.first.*': [['brand', 'topic', 'signUp', 'test']],
  'staff.first.*.note': [['brand', 'topic', 'signUp', 'test']],
  'staff.insights.*': [['few', 'hidden']],
  'staff.insights.channel.*': [channels],
  'staff.insights.held.*': [heldReasons],
  'staff.insights.pace.*': [paceGroups],
  'staff.insights.rung.*': [rungs],
  'staff.insights.rung.*.means': [rungs],
  'staff.import.class.*': [['usable', 'notAsked', 'stopped', 'suppressed', 'merged', 'unusable']],
  'staff.inbox.did.*': [['replied', 'marked']],
  'staff.inbox.mark.*': [['done', 'acting', 'unread']],
  'staff.inbox.quote.*': [quotes],
  'staff.inbox.reply.*': [['none', 'wanted', 'sent']],
  'staff.inbox.show.*': [['unread', 'waiting', 'acting', 'done', 'all']],
  'staff.inbox.shown.*': [['unread', 'waiting', 'acting', 'done', 'all']],
  'staff.inbox.state.*': [['done', 'acting', 'unread']],
  'staff.audit.answer.*': [['yes', 'pending', 'no']],
  'staff.audit.at.*': [['date', 'time', 'zone']],
  'staff.audit.at.fault.*': [['date', 'time', 'zone', 'ahead']],
  'staff.audit.basis.*': [['seen', 'attested']],
  'staff.audit.check.*': [['signature', 'longer', 'forked', 'rewritten', 'unreadable', 'empty', 'unsigned', 'own']],
  'staff.audit.export.kind.*': [exportKinds],
  'staff.audit.export.limit.*': [['from', 'until', 'topic', 'campaign']],
  'staff.audit.kind.*': [entryKinds],
  'staff.audit.proof.fault.*': [['leaf', 'signature', 'inclusion', 'consistency']],
  'staff.audit.way.*': [['page', 'stop-page', 'one-click', 'undo', 'staff', 'start', 'confirm']],
  'staff.audit.wording.kind.*': [['preferences', 'sign-up', 'talk', 'attested']],
  'staff.role.*': [staffRoles],
  'staff.staff.role.*': [staffRoles],
  'staff.start.*': [staffRoles],
  'staff.suppressed.*': [suppressionReasons],
  'staff.wording.*': [['preferences', 'sign-up', 'talk', 'attested']],
  'staff.wordings.kind.*': [['preferences', 'sign-up', 'talk', 'attested']],
}
const root = process.argv[2] ?? fileURLToPath(new URL('..', import.meta.url))
const texts = join(root, 'src/domain/text')
const files = readdirSync(join(texts, 'en'))
const english = new Map(files.flatMap((file) => Object.entries(read('en', file))))
const staffTexts = join(root, 'src/domain/staff-text')
/** Each of the staff's files in English has one in every other language of theirs beside it, like `desk.en.json` and `desk.ar.json`. */
const staffFiles = readdirSync(staffTexts).filter((file) => /(?:^|\.)en\.json$/.test(file))
const staff = new Map(staffFiles.flatMap((file) => Object.entries(textsIn(join(staffTexts, file)))))

const faults = [
  ...allLanguages.flatMap(faultsOfLanguage),
  ...[...staff].flatMap((text) => faultsOfText('en', ...text)),
  ...staffLanguages.filter((language) => language !== 'en').flatMap(faultsOfStaffLanguage),
  ...unusedTexts(english, said),
  ...unusedTexts(staff, staffSaid),
  ...wordsInViews(),
]
for (const fault of faults) console.error(fault)
if (faults.length === 0) console.log(`${english.size} texts in ${allLanguages.join(', ')}: all there, all used.`)
else process.exitCode = 1

function read(language: Language, file: string): Record<string, string> {
  return textsIn(join(texts, language, file))
}

function textsIn(path: string): Record<string, string> {
  return JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>
}

function faultsOfLanguage(language: Language): string[] {
  return files.flatMap((file) => {
    const [own, wanted] = [read(language, file), read('en', file)]
    return faultsBeside(language, { file: `${language}/${file}`, own }, { file: `en/${file}`, wanted })
  })
}

function faultsOfStaffLanguage(language: StaffLanguage): string[] {
  return staffFiles.flatMap((file) => {
    const name = file.replace(/en\.json$/, `${language}.json`)
    const path = join(staffTexts, name)
    const [own, wanted] = [existsSync(path) ? textsIn(path) : {}, textsIn(join(staffTexts, file))]
    return faultsBeside(language, { file: `staff-text/${name}`, own }, { file: `staff-text/${file}`, wanted })
  })
}

/** What a file of one language lacks, or has too many, beside the English one. */
function faultsBeside(
  language: Language,
  { file, own }: { file: string; own: Record<string, string> },
  english: { file: string; wanted: Record<string, string> },
): string[] {
  const [keys, wanted] = [Object.keys(own), Object.keys(english.wanted)]
  const missing = wanted.filter((key) => !keys.includes(key)).map((key) => `${file} lacks "${key}"`)
  const extra = keys.filter((key) => !wanted.includes(key)).map((key) => `${file}: "${key}" is not in ${english.file}`)
  const whole = missing.length + extra.length === 0
  const order = whole && keys.join() !== wanted.join() ? [`${file} is not in the order of ${english.file}`] : []
  return [...missing, ...extra, ...order, ...Object.entries(own).flatMap((text) => faultsOfText(language, ...text))]
}

function faultsOfText(language: Language, key: string, text: string): string[] {
  const here = `${language}: "${key}"`
  const own = partsOf(language, text)
  if (typeof own === 'string') return [`${here} cannot be read: ${own}`]
  const found = pluralFaults(language, own).map((fault) => `${here} ${fault}`)
  if (text.trim() === '' || text !== text.normalize('NFC')) found.push(`${here} is empty or not in NFC`)
  if (/<\/?[a-z]|&[a-z]+;/i.test(text)) found.push(`${here} holds HTML`)
  const source = english.get(key) ?? staff.get(key)
  const wanted = source === undefined ? own : partsOf('en', source)
  const [given, asked] = [argumentsIn(own), typeof wanted === 'string' ? '' : argumentsIn(wanted)]
  if (given !== asked) found.push(`${here} has the arguments ${given || 'none'}; English has ${asked || 'none'}`)
  return found
}

type Part = { type: number; value?: unknown; options?: Record<string, { value: Part[] }> }

function partsOf(language: Language, text: string): Part[] | string {
  try {
    const message = new IntlMessageFormat(text, writingOf(language).formats, undefined, { ignoreTag: true })
    return message.getAst()
  } catch (error) {
    return String(error)
  }
}

function argumentsIn(parts: readonly Part[]): string {
  return [...new Set(namesIn(parts))].toSorted().join(', ')
}

function namesIn(parts: readonly Part[]): string[] {
  return parts.flatMap((part) => [
    ...(part.type === literal || part.type === number ? [] : [String(part.value)]),
    ...Object.values(part.options ?? {}).flatMap(({ value }) => namesIn(value)),
  ])
}

/** Every form that a whole number can take in the language must be there, and all with the same arguments. */
function pluralFaults(language: Language, parts: readonly Part[]): string[] {
  return parts.flatMap((part) => {
    const forms = Object.entries(part.options ?? {})
    const inner = forms.flatMap(([, { value }]) => pluralFaults(language, value))
    if (part.type !== plural) return inner
    const missing = pluralForms(language).filter((form) => !part.options?.[form])
    const spoken = forms.filter(([, { value }]) => value.length > 0).map(([, { value }]) => argumentsIn(value))
    return [
      ...inner,
      ...(missing.length > 0 ? [`lacks the plural ${missing.join(', ')} of {${String(part.value)}}`] : []),
      ...(new Set(spoken).size > 1 ? [`has plural forms of {${String(part.value)}} with different arguments`] : []),
    ]
  })
}

/** Up to a number that we count to: French and Spanish have a form of their own for whole millions, which we never say. */
function pluralForms(language: Language): string[] {
  const rules = new Intl.PluralRules(writingOf(language).formats)
  return [...new Set(Array.from({ length: 1_000 }, (_, count) => rules.select(count)))]
}

/** Texts that no code asks for, by name or by one of the templates in `made`. */
function unusedTexts(texts: ReadonlyMap<string, string>, made: typeof said): string[] {
  const code = filesIn('src', '.ts')
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n')
  const firsts = [...new Set([...texts.keys()].map((key) => key.split('.', 1)[0]))].join('|')
  const template = new RegExp(`\`((?:${firsts})\\.[\\w.-]*\\$\\{[^\`]*)\``, 'g')
  const templates = [...code.matchAll(template)].map(([, found = '']) => found.replaceAll(/\$\{[^}]*\}/g, '*'))
  const unknown = [...new Set(templates)].filter((template) => !Object.hasOwn(made, template))
  const asked = new Set(templates.flatMap((template) => keysOf(template, made[template] ?? [])))
  return [
    ...unknown.map((template) => `scripts/check-texts.ts does not list what "${template}" can be`),
    ...[...texts.keys()]
      .filter((key) => !code.includes(`'${key}'`) && !asked.has(key))
      .map((key) => `"${key}" is used nowhere in src`),
  ]
}

/** The keys that a template can make, with one of its values in each place. */
function keysOf(template: string, values: readonly (readonly string[])[]): string[] {
  const [own, ...rest] = values
  return own ? own.flatMap((value) => keysOf(template.replace('*', value), rest)) : [template]
}

/** Views get finished strings; what stands in them by itself would be said in no language but one. */
function wordsInViews(): string[] {
  return filesIn('views', '.eta').flatMap((file) => {
    const source = readFileSync(file, 'utf8').replaceAll(/<%[\s\S]*?%>|<style>[\s\S]*?<\/style>/g, '')
    const labels = [...source.matchAll(/\s(?:aria-label|title|alt|placeholder)="([^"]*)"/g)].map(([, label]) => label)
    const words = [source.replaceAll(/<[^>]*>|&\w+;/g, ' '), ...labels].join(' ').match(/\p{L}{2,}/gu) ?? []
    return words.map((word) => `${file} says “${word}” by itself`)
  })
}

function filesIn(folder: string, end: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith(end))
    .map((name) => join(root, folder, name))
}
