import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import t from 'tap'
import type { House } from '../../src/actions/house.ts'
import { brandCommands } from '../../src/cli/brand.ts'
import type { CommandContext } from '../../src/cli/context.ts'
import { readLogo } from '../../src/domain/picture.ts'
import { brandAt } from '../../src/store/brand.ts'
import { savePictures } from '../../src/store/pictures.ts'
import { openApp, tokenFor, type App } from '../support/app.ts'
import { newPage, refusals, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addPerson, yesTo } from '../support/cast.ts'
import { parsePage } from '../support/html.ts'
import { pngOf, svgOf } from '../support/picture.ts'

const corpus = new URL('../vectors/naughty-strings/blns.json', import.meta.url)
const light = pngOf(300, 100)
const dark = pngOf(200, 100, [125, 183, 255])
const svg = svgOf(
  '<path d="M4 36C4 12 20 4 40 4 40 28 24 36 4 36z" fill="#0b57a4"/><rect x="48" y="14" width="68" height="16" fill="#0b57a4"/>',
)

/** `courtesy brand set` on a house that stays open. @returns what it saved. */
async function brandSet(house: House, ...args: string[]): Promise<object> {
  let out = ''
  const terminal = { out: (text: string) => void (out += text), words: () => undefined }
  const context = { terminal, withHouse: (work: (its: House) => unknown) => work(house) } as unknown as CommandContext
  const program = new Command().exitOverride()
  brandCommands(program, context)
  await program.parseAsync(['brand', 'set', ...args, '--json'], { from: 'user' })
  return JSON.parse(out) as object
}

/** The files of a brand that has drawn its logo three times. */
function files(t: { testdir(): string }) {
  const folder = t.testdir()
  const file = (name: string, bytes: Uint8Array | string) => {
    writeFileSync(join(folder, name), bytes)
    return join(folder, name)
  }
  const bad = file('bad.svg', svgOf('<script>alert(1)</script>'))
  return { light: file('logo.png', light), dark: file('dark.png', dark), svg: file('logo.svg', svg), bad }
}

const nameOf = (bytes: Uint8Array) => {
  const { hash, type } = readLogo('it', bytes)
  return `/picture/${hash}.${type}`
}

const headOf = async ({ server }: App, path = '/start') =>
  /<strong>.*?<\/strong>/s.exec((await server.inject(path)).body)?.[0] ?? ''

t.test('a logo stands for the name on every page until it is taken away, and the brand of then keeps it', async (t) => {
  const app = await openApp(t)
  const { house } = app
  const drawn = files(t)
  const id = await addPerson(house, 'ada@example.com', yesTo([1]))
  t.equal(await headOf(app), '<strong><bdi>Fern</bdi></strong>')
  const { hash } = readLogo('it', light)
  const kept = { hash, type: 'png', width: 300, height: 100 }
  t.strictSame(await brandSet(house, '--logo', drawn.light), await settings(house))
  t.strictSame((await settings(house))['logo'], kept, 'its bytes are no part of the brand')
  for (const path of ['/start', `/p/${tokenFor(house, id)}`, '/privacy', '/nowhere']) {
    const head = await headOf(app, path)
    t.match(head, `<img src="${nameOf(light)}" width="120" height="40" alt="Fern">`, path)
    t.notMatch(head, 'source')
  }
  await brandSet(house, '--logo-dark', drawn.dark)
  const source = `<source media="(prefers-color-scheme: dark)" srcset="${nameOf(dark)}" width="80" height="40">`
  t.match(await headOf(app), source)
  const then = new Date()
  await brandSet(house, '--logo', drawn.svg)
  t.match(await headOf(app), nameOf(svg))
  t.match(await headOf(app), source, 'what is not given stays')
  await brandSet(house, '--logo', 'none')
  t.equal(await headOf(app), '<strong><bdi>Fern</bdi></strong>')
  t.match(await settings(house), { logo: null, logoDark: null })
  t.match(await brandAt(house.database.sql, then), { logo: kept, logoDark: { width: 200 } })
})

t.test('what cannot be a logo is refused by name, and nothing is changed', async (t) => {
  const app = await openApp(t)
  const drawn = files(t)
  const before = await settings(app.house)
  const rows: [string[], RegExp][] = [
    [['--logo', '/nowhere.png'], /--logo must be a file that can be read, or none \(given: "\/nowhere.png", ENOENT\)/],
    [['--logo', t.testdirName], /EISDIR/],
    [['--logo', drawn.bad], /--logo may only hold what can be looked at, and has <script>/],
    [['--logo', drawn.light, '--logo-dark', drawn.bad], /--logo-dark may only hold/],
    [['--logo-dark', drawn.dark], /for light pages first/],
    [['--logo', 'none', '--logo-dark', drawn.dark], /for light pages first/],
  ]
  for (const [args, message] of rows)
    await t.rejects(brandSet(app.house, ...args), { code: 'invalid-input', message }, args.join(' '))
  t.strictSame(await settings(app.house), before)
  t.same(await app.house.database.sql`select from pictures`, [])
})

t.test('a picture is served for ever under its hash, can do nothing, and nothing else is served there', async (t) => {
  const app = await openApp(t)
  const { sql } = app.house.database
  await sql.begin((tx) =>
    savePictures(
      tx,
      [light, svg, light].map((each) => readLogo('it', each)),
    ),
  )
  for (const [bytes, type] of [
    [light, 'image/png'],
    [svg, 'image/svg+xml; charset=utf-8'],
  ] as const) {
    const { headers, rawPayload, statusCode } = await app.server.inject(nameOf(bytes))
    t.equal(statusCode, 200)
    t.ok(rawPayload.equals(bytes))
    t.match(headers, {
      'content-type': type,
      'cache-control': 'public, max-age=31536000, immutable',
      'content-security-policy': /^default-src 'none'; style-src 'unsafe-inline'; sandbox$/,
      'x-content-type-options': 'nosniff',
      'cross-origin-resource-policy': 'cross-origin',
    })
    t.equal(headers['set-cookie'], undefined)
    t.equal((await app.server.inject({ method: 'POST', url: nameOf(bytes) })).statusCode, 405)
    t.equal((await app.server.inject({ method: 'HEAD', url: nameOf(bytes) })).rawPayload.length, 0)
  }
  const [path = ''] = nameOf(light).split('.')
  const unknown = [
    path,
    `${path}.svg`,
    `${path}.gif`,
    `/picture/${'0'.repeat(64)}.png`,
    '/picture/..%2flogo.png',
    '/picture',
  ]
  for (const url of unknown) {
    const { statusCode, headers } = await app.server.inject(url)
    t.equal(statusCode, 404, url)
    t.equal(headers['cache-control'], 'no-store')
    t.match(headers['content-security-policy'], "img-src 'self'")
  }
  await t.rejects(sql`update pictures set bytes = 'x'`, { code: '23514' }, 'what a name stands for cannot change')
})

t.test('whatever a brand is called, its logo says exactly that', async (t) => {
  const app = await openApp(t)
  await brandSet(app.house, '--logo', files(t).light)
  const strings = JSON.parse(readFileSync(corpus, 'utf8')) as string[]
  const named = strings.filter((string) => string.trim() !== '' && !string.includes('\0') && string.isWellFormed())
  t.ok(named.length > 450)
  for (const name of named) {
    await app.house.database.sql`update brand set settings = settings || ${JSON.stringify({ name })}::jsonb`
    const { body } = await app.server.inject('/find')
    const alt = /<img [^>]* alt="([^"]*)">/.exec(body)?.[1] ?? ''
    if (parsePage(body).faults.length > 0 || unescaped(alt) !== name) t.fail(`${JSON.stringify(name)}: ${alt}`)
  }
})

t.test('in a browser the logo is there in light and in dark, without a script, a jump or another server', async (t) => {
  const app = await openApp(t)
  const drawn = files(t)
  const origin = await app.server.listen({ host: '127.0.0.1', port: 0 })
  const id = await addPerson(app.house, 'ada@example.com', yesTo([1, 2]))
  const browser = await openBrowser(t)
  await brandSet(app.house, '--logo', drawn.svg, '--logo-dark', drawn.dark)
  for (const [colorScheme, shown] of [
    ['light', { src: nameOf(svg), loaded: true, width: 120, height: 40 }],
    ['dark', { src: nameOf(dark), loaded: true, width: 80, height: 40 }],
  ] as const) {
    const page = await newPage(browser, { colorScheme })
    const refused = refusals(page)
    for (const path of ['/start', `/p/${tokenFor(app.house, id)}`]) {
      await page.goto(`${origin}${path}`)
      const image = page.getByRole('img', { name: 'Fern' })
      const seen = await image.evaluate(
        'document.images[0].decode().then(() => [...document.images].map((image) => ({ src: image.currentSrc, loaded: image.naturalWidth > 0, width: image.width, height: image.height })))',
      )
      t.same(seen, [{ ...shown, src: `${origin}${shown.src}` }], `${path} in ${colorScheme}`)
    }
    t.same(refused(), [])
  }
  const page = await newPage(browser, {}, true)
  await page.goto(`${origin}/start`)
  t.same(await violationsOn(page), [])
})

async function settings({ database }: House): Promise<Record<string, unknown>> {
  const [row] = await database.sql<{ settings: Record<string, unknown> }[]>`
    select settings from brand_versions order by number desc limit 1`
  return row?.settings ?? {}
}

function unescaped(text: string): string {
  const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }
  return text.replaceAll(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => entities[name] ?? '')
}
