import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'

/** The page and the policy that lets in its own script and style, by their hashes, and nothing else. */
export type VerifyPage = { html: string; policy: string }

const folder = new URL('../verify-page/', import.meta.url)
const imports = /^import [^']*'\.\/([\w-]+\.js)'\n/gm

let made: VerifyPage | null = null

/**
 * `verify.html`: the page that checks exports, proofs and receipts in anybody's browser, all in one file. It is a second
 * reader of docs/ledger-format.md and shares nothing with ours; its script is its sources one after the other.
 */
export function verifyPage(): VerifyPage {
  made ??= assembled()
  return made
}

function assembled(): VerifyPage {
  const [style, script] = [sourceOf('style.css'), modulesFrom('page.js').join('\n')]
  const policy = [
    "default-src 'none'",
    `script-src '${hashOf(script)}'`,
    `style-src '${hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types 'none'",
  ].join('; ')
  const parts: Record<string, string> = {
    policy,
    style: `<style>${style}</style>`,
    script: `<script type="module">${script}</script>`,
  }
  const html = sourceOf('page.html').replaceAll(/<!--(\w+)-->/g, (_, name: string) => parts[name] ?? '')
  return { html, policy }
}

/** A module after those that it imports, each once, without the words that join them. */
function modulesFrom(name: string, seen = new Set<string>()): string[] {
  if (seen.has(name)) return []
  seen.add(name)
  const source = sourceOf(name)
  const before = [...source.matchAll(imports)].flatMap(([, other = '']) => modulesFrom(other, seen))
  return [...before, source.replaceAll(imports, '').replaceAll(/^export /gm, '')]
}

function sourceOf(name: string): string {
  return readFileSync(new URL(name, folder), 'utf8')
}

function hashOf(text: string): string {
  return `sha256-${createHash('sha256').update(text).digest('base64')}`
}
