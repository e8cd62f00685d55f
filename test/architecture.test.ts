import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import t from 'tap'

const root = fileURLToPath(new URL('..', import.meta.url))
const src = join(root, 'src')

/** Which room may import from which (design.md section 8). Rooms are folders of src; single files stand by their name. */
const arrows: Record<string, readonly string[]> = {
  domain: [],
  store: ['domain'],
  mail: ['domain', 'render'],
  actions: ['domain', 'store', 'mail'],
  http: ['actions', 'domain', 'render'],
  cli: ['actions', 'domain', 'render'],
  smtp: ['actions', 'domain', 'render'],
  worker: ['actions', 'domain', 'render'],
  render: ['domain'],
  config: ['domain'],
  'keyring-file': ['domain'],
  'no-list-file': ['domain'],
  'high-water-file': [],
  'identity-provider': ['domain'],
  'form-views': ['domain'],
  'page-views': ['form-views', 'staff-views', 'domain'],
  'staff-views': ['form-views', 'domain'],
  'mail-views': ['form-views', 'domain'],
  'record-views': ['form-views', 'page-views', 'domain'],
  main: [
    'actions',
    'domain',
    'store',
    'mail',
    'http',
    'worker',
    'render',
    'config',
    'keyring-file',
    'no-list-file',
    'high-water-file',
    'data-dir',
    'keys-in-force',
    'identity-provider',
  ],
  'data-dir': [],
  'keys-in-force': ['domain', 'store', 'keyring-file'],
  restore: ['data-dir', 'actions', 'domain', 'store', 'config', 'keyring-file', 'main'],
  'cli.ts': ['cli', 'config', 'data-dir', 'domain', 'keyring-file', 'main', 'restore'],
}
/** Types may be named by any room above. */
const typesFrom = new Set([
  'actions',
  'domain',
  'store',
  'mail',
  'config',
  'identity-provider',
  'form-views',
  'page-views',
  'mail-views',
  'record-views',
  'staff-views',
  'cli',
])

/** What domain/ may use beyond its own files: pure libraries, hashing, and a language. */
const domainMayUse = new Set([
  'zod',
  'intl-messageformat',
  'temporal-polyfill',
  'markdown-it',
  'sanitize-html',
  'html-to-text',
  'node:crypto',
  'node:url',
  // The language that goes with whoever looks at a page: it changes words, and nothing that is decided.
  'node:async_hooks',
])

const importPattern = /^(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'/gm

type Import = { from: string; room: string; to: string; toRoom: string; typeOnly: boolean }

function sourceFiles(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

function roomOf(file: string): string {
  const [first = '', ...rest] = relative(src, file).split('/')
  if (rest.length > 0) return first
  return first === 'cli.ts' ? first : first.replace(/\.ts$/, '')
}

function importsOf(file: string): Import[] {
  return [...readFileSync(file, 'utf8').matchAll(importPattern)].map(([, type, to = '']) => {
    const target = to.startsWith('.') ? resolve(dirname(file), to) : to
    return {
      from: relative(root, file),
      room: roomOf(file),
      to: target,
      toRoom: to.startsWith('.') ? roomOf(target) : '',
      typeOnly: type !== undefined,
    }
  })
}

/** A file without its comments. */
function codeOf(file: string): string {
  return readFileSync(file, 'utf8').replaceAll(/^\s*(?:\/\/|\*|\/\*).*$/gm, '')
}

const all = sourceFiles(src).flatMap(importsOf)

t.test('every arrow between rooms is one of the plan', async (t) => {
  t.ok(all.length > 100, 'the imports were found')
  const forbidden = all.filter(
    ({ room, toRoom, typeOnly }) =>
      toRoom !== '' && toRoom !== room && !arrows[room]?.includes(toRoom) && !(typeOnly && typesFrom.has(toRoom)),
  )
  t.same(
    forbidden.map(({ from, to }) => `${from} -> ${relative(root, to)}`),
    [],
  )
})

t.test('the law imports nothing that reads, waits or guesses', async (t) => {
  const others = all.filter(
    ({ room, to, toRoom, typeOnly }) => room === 'domain' && toRoom === '' && !typeOnly && !domainMayUse.has(to),
  )
  t.same(
    others.map(({ from, to }) => `${from} -> ${to}`),
    [],
  )
})

t.test('the law has no clock and no randomness', async (t) => {
  for (const file of sourceFiles(join(src, 'domain'))) {
    const text = codeOf(file)
    t.notMatch(
      text,
      /\bDate\.now\b|\bnew Date\(\)|Math\.random|randomBytes|randomUUID|\bprocess\.(?!versions)|\bTemporal\.Now\b/,
      relative(root, file),
    )
  }
})

t.test('only the mail folder can open an SMTP connection, and only the courier does', async (t) => {
  const users = all.filter(({ to }) => to.startsWith('nodemailer') || to === 'node:net' || to === 'node:tls')
  t.same(
    [...new Set(users.filter(({ to }) => to === 'nodemailer/lib/smtp-connection').map(({ from }) => from))],
    ['src/mail/smtp-line.ts'],
  )
  t.same(
    users.filter(({ from, to }) => to.startsWith('nodemailer') && !from.startsWith('src/mail/')),
    [],
  )
  const transports = sourceFiles(src).filter((file) => /createTransport|sendMail\(/.test(readFileSync(file, 'utf8')))
  t.same(transports, [], 'no other transport is made anywhere')
})

t.test('a courier is asked to deliver only by actions that release first', async (t) => {
  const users = sourceFiles(src)
    .filter((file) => /courier\.deliver\(/.test(readFileSync(file, 'utf8')))
    .map((file) => relative(root, file))
  t.same(users.toSorted(), ['src/actions/hand-over.ts'])
})

t.test('environment variables are read in one place', async (t) => {
  const readers = sourceFiles(src)
    .filter((file) => /process\.env/.test(codeOf(file)))
    .map((file) => relative(root, file))
  // cli.ts gives them to config; a terminal asks TERM; a child process is given PATH.
  const allowed = ['src/cli.ts', 'src/cli/terminal.ts', 'src/store/postgres-process.ts', 'src/store/start-lock.ts']
  t.same(
    readers.filter((file) => !allowed.includes(file)),
    [],
  )
})

t.test(
  'the page by which others check us is a second reader of the format: it takes nothing from the first',
  async (t) => {
    const folder = join(src, 'verify-page')
    const names = readdirSync(folder)
    const scripts = names.filter((name) => name.endsWith('.js'))
    t.ok(scripts.length > 5, 'its scripts were found')
    t.same(names.filter((name) => !/^[a-z]+\.js$/.test(name)).toSorted(), ['page.html', 'style.css', 'tsconfig.json'])
    for (const name of scripts) {
      const source = readFileSync(join(folder, name), 'utf8')
      const targets = [...source.matchAll(/\bimport\b[^']*'([^']+)'/g)].map(([, to = '']) => to)
      t.same(
        targets.filter((to) => !scripts.includes(to.replace(/^\.\//, ''))),
        [],
        name,
      )
      t.notMatch(
        source,
        /\b(?:fetch|XMLHttpRequest|WebSocket|EventSource|sendBeacon|importScripts|innerHTML|eval)\b/,
        name,
      )
    }
  },
)

t.test('files are named for what they hold', async (t) => {
  const banned = /(?:^|\/)(?:index|utils?|helpers?|common|types|misc|manager)\.ts$/
  const files = [...sourceFiles(src), ...sourceFiles(join(root, 'test'))].map((file) => relative(root, file))
  t.same(
    files.filter((file) => banned.test(file) || !/^[a-z0-9-]+(?:\.test)?\.ts$/.test(file.split('/').at(-1) ?? '')),
    [],
  )
})

t.test('no flag anywhere says to ignore what she chose', async (t) => {
  for (const file of sourceFiles(src)) {
    t.notMatch(
      readFileSync(file, 'utf8'),
      /--force|ignore-?preferences|ignoreChoices|skip-?gate|send-?anyway/i,
      relative(root, file),
    )
  }
})
