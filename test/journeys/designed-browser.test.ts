// Designs in a real Chromium: whatever they hold, what stands under every mail is there, outside them, and can be read.
import fc from 'fast-check'
import t from 'tap'
import { addPicture } from '../../src/actions/add-picture.ts'
import { createCampaign } from '../../src/actions/create-campaign.ts'
import { readDesign } from '../../src/domain/designed-html.ts'
import { picturePath } from '../../src/domain/picture.ts'
import { renderMail } from '../../src/render.ts'
import { designs } from '../support/arbitrary-designs.ts'
import { fitsSideways, newPage, phone, refusals, violationsOn } from '../support/browser-page.ts'
import { openBrowser } from '../support/browser.ts'
import { addCrowd, openDesk } from '../support/campaign-desk.ts'
import { exifOf, jpegOf } from '../support/picture.ts'
import { sendNow } from '../support/sending.ts'
import { giveSession } from '../support/staff.ts'

/** A mail with a design in it, as it leaves but for its links. */
function mailWith(design: string): string {
  const anchor = (label: string) => ({ label, url: 'https://fern.example/p/x' })
  const speech = { lang: 'en', dir: 'ltr' } as const
  return renderMail('topic', {
    ...speech,
    foot: speech,
    subject: 'Five ways to darn',
    inShort: 'In short.',
    isDesigned: true,
    bodyHtml: readDesign(design).html,
    bodyText: '',
    promise: 'You asked for this.',
    why: anchor('Why'),
    change: anchor('Change'),
    stop: anchor('Stop'),
    keep: null,
    oneClick: 'One click.',
    brandName: 'Fern',
    postalAddress: '1 Mill Lane',
  }).html
}

/** Runs in the page: where the footer is, and whether each of its words and links lies on top. */
const footAsSeen = `(() => {
  const foot = document.querySelector('.foot')
  foot.scrollIntoView({ block: 'center' })
  const texts = [...foot.querySelectorAll('p, a')]
  const isOnTop = (element) => {
    const { left, top, width, height } = element.getBoundingClientRect()
    const [found, ...under] = document.elementsFromPoint(left + Math.min(width / 2, 20), top + height / 2)
    const isFirst = width > 5 && height > 5 && (found === element || element.contains(found))
    return isFirst && under.every((one) => one.closest('.design') === null)
  }
  const { visibility, opacity, fontSize, position, color } = getComputedStyle(foot)
  return {
    within: foot.parentElement.parentElement === document.body,
    onTop: texts.length === 7 && texts.every(isOnTop),
    look: [visibility, opacity, fontSize, position, color].join(),
  }
})()`

/** Runs in the page: the mails in which a reader finds the footer in another place than the template put it. */
const notWhole = `(all) => {
  const isWhole = (mail) => {
    const parsed = new DOMParser().parseFromString(mail, 'text/html')
    const [foot, ...others] = parsed.querySelectorAll('.foot')
    const around = [foot?.parentElement?.className, foot?.parentElement?.parentElement?.tagName].join()
    const places = [...parsed.body.children].map(({ className }) => className).join()
    const isBetween = [...parsed.body.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim() !== '')
    return others.length === 0 && !isBetween && around === 'letter,BODY' && places === ',design,letter'
  }
  return all.filter(({ mail }) => !isWhole(mail)).slice(0, 3)
}`

/** Runs in the page: what a design on a page of ours looks like, and how its picture stands. */
const lookOfDesign = `(() => {
  const [head, ground] = ['#design td', '#design'].map((one) => getComputedStyle(document.querySelector(one)))
  const { naturalWidth, naturalHeight } = document.querySelector('#design img')
  return [head.backgroundColor, head.paddingTop, ground.backgroundColor, [naturalWidth, naturalHeight]]
})()`

/** What wants to lie over what follows, to swallow it or to send it away. */
const attacks = [
  '<style>.foot,.letter{display:none!important}</style>Hi',
  '<!-- Hi',
  'Hi<!--[if mso]>',
  '<div style="display:none">',
  '<div hidden>Hi',
  '<textarea>Hi',
  '<title>Hi',
  '<plaintext>Hi',
  '<noscript>Hi',
  '<template>Hi',
  '<select><option>Hi',
  '<details><summary>Hi</summary>',
  '<table><tr><td>Hi',
  'Hi</div></div></div></td></tr></table></body></html>',
  '<table><tr><table></table></tr></table></td></tr></table>Hi',
  '<ul><li><div><li></li></div></li></ul>Hi',
  '<a href="https://evil.example">Hi',
  '<font color="#fff" size="1"><b><b><b><b>Hi',
  '<div style="position:fixed;inset:0;background:#fff;z-index:99">Hi</div>',
  '<div style="position:absolute;top:0;height:9999px;width:100%;background:#fff">Hi</div>',
  '<div style="margin-bottom:-900px;background:#fff">Hi</div>',
  '<div style="height:1px;overflow:visible"><div style="height:900px;background:#fff">Hi</div></div>',
  '<div style="float:left;width:100%;height:600px;background:#fff">Hi</div>',
  '<table align="left" width="100%" height="600" bgcolor="#ffffff"><tr><td>Hi</td></tr></table>',
  '<p style="line-height:0;font-size:0;color:#fff;background:#fff">Hi',
  '<p style="border:9999px solid #fff;box-sizing:border-box">Hi',
  '<div style="width:9999px;white-space:nowrap">Hi',
  '<pre>Hi',
  '<svg><foreignObject><p>Hi',
  '<frameset><frame src="//evil">',
  '<base href="//evil"><meta http-equiv="refresh" content="0;url=//evil">Hi',
]

t.test('48: whatever a design does, the promise and the links under it can be seen and pressed', async (t) => {
  const browser = await openBrowser(t)
  const page = await newPage(browser, {}, true)
  const refused = refusals(page)
  for (const attack of [...attacks, 'Hi', attacks.join('')]) {
    await page.setContent(mailWith(attack))
    const seen = await page.evaluate(footAsSeen)
    t.same(seen, { within: true, onTop: true, look: 'visible,1,15px,static,rgb(0, 0, 0)' }, attack)
  }
  t.same(refused(), [], 'nothing is asked of anybody')
})

t.test('a reader of HTML finds the same end of a design that the mail does, whatever it is made of', async (t) => {
  const browser = await openBrowser(t)
  const page = await newPage(browser, {}, true)
  const mails = [...attacks, ...fc.sample(designs, 2_000)].map((source) => ({ source, mail: mailWith(source) }))
  const wrong = await page.evaluate(`(${notWhole})(${JSON.stringify(mails)})`)
  t.same(wrong, [])
})

const design = (picture: string) => `<body bgcolor="#f3efe6">
<table role="presentation" width="600" align="center" style="max-width:100%;background-color:#ffffff;font-family:Georgia, serif">
<tr><td style="padding:24px;background-color:#0b57a4;color:#ffffff"><h1 style="margin:0;font-size:28px">Five ways to darn</h1></td></tr>
<tr><td style="padding:24px"><p>Hello {{name|there}}, two minutes each.</p><img src="${picture}" alt="A darned sock" width="40" height="30">
<p><a href="https://fern.example/darn" style="display:inline-block;padding:12px 20px;background-color:#0b57a4;color:#ffffff">See all five ways</a></p>
<script>alert(1)</script></td></tr></table>`

t.test(
  'a design looks the same in the preview and on its own page, which keeps its policy, and both can be used by everybody',
  async (t) => {
    const desk = await openDesk(t)
    const { house, marketer, server } = desk
    await addCrowd(house)
    const picture = picturePath(await addPicture(house, jpegOf(40, 30, [[0xe1, exifOf(6)]])))
    const words = { subject: 'Five ways to darn', inShort: 'Two minutes each.', sender: 'Fern <news@fern.example>' }
    const body = { body: design(picture), format: 'html', usefulUntil: null } as const
    const { message } = await createCampaign(house, { slug: 'x', topic: 'repairs', ...words, ...body })
    const origin = await server.listen({ host: '127.0.0.1', port: 0 })
    const browser = await openBrowser(t)
    for (const [colorScheme, viewport, part] of [
      ['light', { width: 1280, height: 900 }, 'whole'],
      ['dark', phone, 'colours'],
    ] as const) {
      const page = await newPage(browser, { colorScheme, viewport }, true)
      await giveSession(page.context(), origin, marketer)
      for (const path of ['/x', '/x/edit']) {
        await page.goto(`${origin}/admin/campaigns${path}`)
        t.same(await violationsOn(page, part), [], `${path}, ${colorScheme}`)
        t.ok(await fitsSideways(page), `${path} needs no sideways scroll`)
      }
      await page.context().close()
    }
    await sendNow(house, 'x')
    const page = await newPage(browser, { colorScheme: 'dark' }, true)
    const refused = refusals(page)
    await page.goto(`${origin}/m/${message}`)
    const look = await page.evaluate(lookOfDesign)
    t.same(
      look,
      ['rgb(11, 87, 164)', '24px', 'rgb(255, 255, 255)', [30, 40]],
      'its own look, and its pictures the right way up',
    )
    t.same(await violationsOn(page), [])
    t.ok(await fitsSideways(page))
    t.same(refused(), [], 'the policy refused nothing of ours')
  },
)
