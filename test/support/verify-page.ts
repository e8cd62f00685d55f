import type { Page } from 'playwright-core'

/** What the page says of a file: its verdict in words, and which of the three it is. */
export type Said = { sentence: string; answer: string | null }

/** Puts a file, a key and an older checkpoint into the page's own form, presses its button and waits for the verdict. */
const byHand = `async ([base64, key, since]) => {
  const bytes = Uint8Array.from(atob(base64), (one) => one.charCodeAt(0))
  const chosen = new DataTransfer()
  chosen.items.add(new File([bytes], 'file'))
  const field = (id) => document.getElementById(id)
  field('file').files = chosen.files
  field('key').value = key
  field('since').value = since
  field('file').dispatchEvent(new Event('input', { bubbles: true }))
  if (field('form').hidden) throw new Error('the script of the page does not run')
  const verdict = field('verdict')
  if (verdict.textContent !== '') throw new Error('an old verdict stands beside a new file')
  const said = new Promise((resolve) => {
    const look = () => {
      if (!verdict.dataset.answer) return
      watching.disconnect()
      resolve({ sentence: verdict.textContent, answer: verdict.dataset.answer })
    }
    const watching = new MutationObserver(look)
    watching.observe(verdict, { attributes: true, childList: true })
  })
  field('form').requestSubmit()
  return said
}`

/** Asks an open verify page about a file, through its form. */
export function ask(page: Page, file: Buffer, { key, since }: { key: string | null; since?: string }): Promise<Said> {
  return page.evaluate(`(${byHand})(${JSON.stringify([file.toString('base64'), key ?? '', since ?? ''])})`)
}
