import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('..', import.meta.url))

type Change = [file: string, change: (text: string) => string]

/** A copy of what the check reads, with some files changed, and what the check says of it. */
function checked(changes: readonly Change[] = []): { status: number | null; said: string } {
  const copy = mkdtempSync(join(tmpdir(), 'courtesy-texts-'))
  try {
    for (const part of ['src', 'views']) cpSync(join(root, part), join(copy, part), { recursive: true })
    for (const [file, change] of changes) {
      const before = readFileSync(join(copy, file), 'utf8')
      const after = change(before)
      if (after === before) throw new Error(`${file} is not changed by this`)
      writeFileSync(join(copy, file), after)
    }
    const run = spawnSync(process.execPath, [join(root, 'scripts/check-texts.ts'), copy], { encoding: 'utf8' })
    return { status: run.status, said: run.stderr + run.stdout }
  } finally {
    rmSync(copy, { recursive: true, force: true })
  }
}

t.test('the texts as they are pass', async (t) => {
  const { status, said } = checked()
  t.equal(status, 0)
  t.match(said, /^\d+ texts in en, de, fr, es, ar: all there, all used\.$/m)
})

const texts = 'src/domain/text'
const faults: [string, string, (text: string) => string, RegExp][] = [
  [
    'a text that one language lacks',
    `${texts}/de/pages.json`,
    (text) => text.replace(/^ {2}"page\.choices\.stop":.*\n/m, ''),
    /^de\/pages\.json lacks "page\.choices\.stop"$/m,
  ],
  [
    'a text that only one language has',
    `${texts}/fr/mail.json`,
    (text) => text.replace('{', '{\n  "mail.extra": "Rien",'),
    /^fr\/mail\.json: "mail\.extra" is not in en\/mail\.json$/m,
  ],
  [
    'a value that a translation leaves out',
    `${texts}/es/sentence.json`,
    (text) => text.replace('"No recibirá nada hasta el {date}."', '"No recibirá nada."'),
    /^es: "sentence\.paused" has the arguments none; English has date$/m,
  ],
  [
    'a plural form that the language has',
    `${texts}/ar/sentence.json`,
    (text) => text.replace('two {موضوعين} ', ''),
    /^ar: "sentence\.topics" lacks the plural two of \{count\}$/m,
  ],
  [
    'a text of the staff that its other language lacks',
    'src/domain/staff-text/ar.json',
    (text) => text.replace(/^ {2}"staff\.signOut":.*\n/m, ''),
    /^staff-text\/ar\.json lacks "staff\.signOut"$/m,
  ],
  [
    'a value that a translation for the staff leaves out',
    'src/domain/staff-text/campaigns.ar.json',
    (text) => text.replace('فحص: {subject}', 'فحص'),
    /^ar: "staff\.campaigns\.check\.heading" has the arguments none; English has subject$/m,
  ],
  [
    'a value that one plural form leaves out',
    `${texts}/de/sentence.json`,
    (text) =>
      text.replace('eine E-Mail am Tag über {topic}. Das ist sie.} other', 'eine E-Mail am Tag. Das ist sie.} other'),
    /^de: "promise\.cap-day" has plural forms of \{limit\} with different arguments$/m,
  ],
  [
    'a text that cannot be read',
    `${texts}/fr/pages.json`,
    (text) => text.replace('jusqu’au {date}.', 'jusqu’au {date.'),
    /^fr: "page\.result\.paused" cannot be read/m,
  ],
  [
    'a text that nothing asks for any more',
    'src/http/ask-models.ts',
    (text) => text.replaceAll("'page.stop.lead'", "'page.pause.lead'"),
    /^"page\.stop\.lead" is used nowhere in src$/m,
  ],
  [
    'a text that no value of a template makes',
    `${texts}/en/sentence.json`,
    (text) => text.replace('{', '{\n  "sentence.coming.whenever": "You’ll get emails.",'),
    /^"sentence\.coming\.whenever" is used nowhere in src$/m,
  ],
  [
    'keys that code puts together in a new way',
    'src/http/notice.ts',
    (text) => `${text}\nexport const other = (way: string) => \`page.other.\${way}\`\n`,
    /^scripts\/check-texts\.ts does not list what "page\.other\.\*" can be$/m,
  ],
  ['a word in a view of a page', 'views/notice.eta', (text) => `${text}<p>Hello</p>`, /says “Hello” by itself$/m],
  ['a word in a view of a mail', 'views/mail/topic.txt.eta', (text) => `${text}Cheers`, /says “Cheers” by itself$/m],
  [
    'a word that is only read aloud',
    'views/_row.eta',
    (text) => text.replace('aria-label="<%= it.label %>"', 'aria-label="Less"'),
    /says “Less” by itself$/m,
  ],
]
t.test('the check fails, and names every fault of many', async (t) => {
  const { status, said } = checked(faults.map(([, file, change]) => [file, change]))
  t.equal(status, 1)
  for (const [what, , , fault] of faults) t.match(said, fault, what)
})
