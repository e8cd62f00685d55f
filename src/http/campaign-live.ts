import { createHash } from 'node:crypto'

/**
 * The one script of the staff's pages, on the report of a campaign that is on its way: it puts in what the server says, and
 * opens the report anew when it is over. Without it the page has a link that does the same.
 */
export const liveScript =
  "{const l=document.getElementById('live');if(window.EventSource){const s=new EventSource(l.dataset.from);s.onmessage=e=>{const a=document.activeElement;if(!l.contains(a))l.innerHTML=JSON.parse(e.data)};s.addEventListener('over',()=>{s.close();location.reload()})}}"

const scriptHash = createHash('sha256').update(liveScript).digest('base64')

/** What that page's policy allows beside everybody's: this script to the letter, and to ask our own address. */
export const livePolicy = `script-src 'sha256-${scriptHash}'; connect-src 'self'`

/** Milliseconds between two looks at how far it is. */
const lookAgainMs = 1_000
/** A stream ends after so many looks, and the browser opens another: so each look is let in anew, and a server may end. */
const mostLooks = 20

/**
 * What is told to one browser (server-sent events, WHATWG HTML section 9.2): `read` gives the HTML to put in, or null when there
 * is nothing more to come. The same HTML is not sent twice.
 */
export async function* liveEvents(
  read: () => Promise<string | null>,
  wait: (ms: number) => Promise<unknown>,
): AsyncGenerator<string> {
  yield 'retry: 500\n\n'
  let last = ''
  for (let look = 0; look < mostLooks; look++) {
    const html = await read()
    if (html === null) {
      yield 'event: over\ndata: {}\n\n'
      return
    }
    if (html !== last) yield `data: ${JSON.stringify(html)}\n\n`
    last = html
    await wait(lookAgainMs)
  }
}
