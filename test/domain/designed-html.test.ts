import fc from 'fast-check'
import t from 'tap'
import { readBody } from '../../src/domain/campaign-body.ts'
import { designElements } from '../../src/domain/design-rules.ts'
import { inSheet } from '../../src/domain/design-sheet.ts'
import { readDesign } from '../../src/domain/designed-html.ts'
import { designs } from '../support/arbitrary-designs.ts'

const html = (source: string) => readDesign(source).html
const picture = `/picture/${'0'.repeat(64)}.jpg`

t.test('a design as programs export it keeps its look', async (t) => {
  const design =
    '<table role="presentation" width="600" cellpadding="0" bgcolor="#ffffff" style="border-collapse:collapse">' +
    '<tbody><tr><td align="center" style="padding:10px 25px;font:700 16px/1.5 Arial, \'Open Sans\', sans-serif">' +
    '<a href="https://fern.example/darn?a=1&amp;b=2" style="background:#0b57a4;color:rgb(255, 255, 255);border-radius:3px">' +
    'Darn</a></td></tr></tbody></table>' +
    `<img src="${picture}" alt="A sock" width="600" style="display:block;max-width:100%" />` +
    '<h1 style="font-size:24px;letter-spacing:-0.5px;margin:0 auto !important">Five</h1><ul><li>wool</li></ul>'
  t.same(readDesign(design), { html: design, leftOut: [] })
  const page = `<!doctype html><html><head><meta charset="utf-8"><title>Five</title></head><body bgcolor="#eee">${design}</body></html>`
  t.same(readDesign(page), { html: `<div style="background-color:#eee">${design}</div>`, leftOut: [] })
})

t.test('48: what runs, loads, sends, moves or hides is left out, and told by its name', async (t) => {
  const rows: [source: string, left: string, ...names: string[]][] = [
    ['<script>alert(1)</script>Hi', 'Hi', '<script>'],
    ['<SCRIPT/SRC=//evil>x</script >Hi', 'Hi', '<script>'],
    ['<p onclick="x" ONMOUSEOVER=x>Hi</p>', '<p>Hi</p>', 'onclick', 'onmouseover'],
    ['<a href="javascript:alert(1)">Hi</a>', '<a>Hi</a>', 'javascript:alert(1)'],
    ['<a href=" JaVa\tscript&colon;x">Hi</a>', '<a>Hi</a>', ' JaVa\tscript:x'],
    ['<a href="data:text/html,x">Hi</a>', '<a>Hi</a>', 'data:text/html,x'],
    ['<a href="vbscript:x">Hi</a>', '<a>Hi</a>', 'vbscript:x'],
    ['<a href="//evil.example">Hi</a>', '<a>Hi</a>', '//evil.example'],
    ['<img src="data:image/png;base64,x">Hi', 'Hi', 'data:image/png;base64,x'],
    ['<img src="https://evil.example/x.png" alt="x">Hi', 'Hi', 'https://evil.example/x.png'],
    [`<img src="https://evil.example${picture}">Hi`, 'Hi', `https://evil.example${picture}`],
    [`<img src="${picture}?person=1">Hi`, 'Hi', `${picture}?person=1`],
    [`<img src="${picture}" srcset="//evil 2x" alt="">`, `<img src="${picture}" alt="" />`, 'srcset'],
    ['<td background="https://evil.example/x">Hi', 'Hi', '<td>'],
    ['<table background="//e"><tr><td>Hi</table>', '<table><tr><td>Hi</td></tr></table>', 'background'],
    ['<p style="width:expression(alert(1))">Hi</p>', '<p>Hi</p>', 'width'],
    ['<p style="width:exp/**/ression(x);color:red">Hi</p>', '<p style="color:red">Hi</p>', 'width'],
    ['<p style="background:u\\72l(x)">Hi</p>', '<p>Hi</p>', 'background'],
    ['<p style="background:url(https://evil.example)">Hi</p>', '<p>Hi</p>', 'background'],
    ['<p style="background:image-set(\'x\' 1x)">Hi</p>', '<p>Hi</p>', 'background'],
    ['<p style="position:fixed;top:0;color:red">Hi</p>', '<p style="color:red">Hi</p>', 'position', 'top'],
    [
      '<p style="margin-bottom:-500px;transform:scale(9);opacity:0">Hi</p>',
      '<p>Hi</p>',
      'margin-bottom',
      'transform',
      'opacity',
    ],
    ['<p style="height:99999px">Hi</p>', '<p>Hi</p>', 'height'],
    ['<p style="behavior:url(x);-moz-binding:url(x)">Hi</p>', '<p>Hi</p>', 'behavior', '-moz-binding'],
    ['<p style="--x:1;color:var(--x)">Hi</p>', '<p>Hi</p>', '--x', 'color'],
    ['<style>@import "//evil";.foot{display:none}</style>Hi', 'Hi', '<style>'],
    ['<link rel="stylesheet" href="//evil">Hi', 'Hi', '<link>'],
    ['<base href="//evil">Hi', 'Hi', '<base>'],
    ['<form action="//evil"><input name="a"><button>Go</button></form>Hi', 'Hi', '<form>', '<input>', '<button>'],
    ['<svg onload="x"><text>in it</text><script>x</script></svg>Hi', 'Hi', '<svg>'],
    ['<math><mi xlink:href="javascript:x">y</mi></math>Hi', 'Hi', '<math>'],
    ['<iframe src="//evil"><p>in it</p></iframe>Hi', 'Hi', '<iframe>'],
    ['<object data="//evil"></object><embed src="//evil">Hi', 'Hi', '<object>', '<embed>'],
    ['<video poster="//evil"></video><audio src="//evil"></audio>Hi', 'Hi', '<video>', '<audio>'],
    ['<template><script>x</script></template>Hi', 'Hi', '<template>'],
    ['<div style="display: none">unseen</div>Hi', 'Hi', 'display: none'],
    ['<div style="visibility:hidden">unseen</div><p hidden>unseen</p>Hi', 'Hi', 'visibility: hidden', 'hidden'],
    ['Hi<!-- and the rest <p>', 'Hi', '<!-- -->'],
    ['Hi<textarea>and the rest', 'Hi', '<textarea>'],
    ['Hi<plaintext>and the rest', 'Hi', '<plaintext>'],
    ['Hi</div></td></table></body>', 'Hi'],
    ['<table><div>Hi</div></table>', '<table>Hi</table>', '<table><div>'],
    ['<ul><li><div><li>Hi</ul>', '<ul><li><div>Hi</div></li></ul>', '<div><li>'],
    ['<p><th><div>Hi', '<p>Hi</p>', '<p><th>', '<p><div>'],
    ['<div title="</div><script>" lang=en>Hi', '<div title="&lt;/div&gt;&lt;script&gt;" lang="en">Hi</div>'],
    ['&lt;script&gt;{{7*7}}', '&lt;script&gt;{{7*7}}'],
  ]
  for (const [source, left, ...names] of rows) {
    const read = readDesign(source)
    t.equal(read.html, left, source)
    t.same(
      read.leftOut.map(({ name }) => name),
      names,
      source,
    )
  }
  const refresh = '<meta http-equiv="refresh" content="0;url=//evil">Hi'
  t.equal(html(refresh), 'Hi')
})

t.test('whatever is written, what is left is ours alone, closed, and read again it is the same', async () => {
  const names = [...designElements.keys()].join('|')
  const shape = new RegExp(`^(?:[^<>]|<(?:${names})(?: [a-z]+="[^"<>]*")*(?: /)?>|</(?:${names})>)*$`)
  fc.assert(
    fc.property(designs, (source) => {
      const left = html(source)
      if (!shape.test(left)) throw new Error(`another shape: ${left}`)
      const open: string[] = []
      for (const [, slash, name = '', end] of left.matchAll(/<(\/?)([a-z\d]+)[^>]*?(\/?)>/g)) {
        if (slash && open.pop() !== name) throw new Error(`not closed in order: ${left}`)
        if (!slash && !end) open.push(name)
      }
      if (open.length > 0) throw new Error(`not closed: ${left}`)
      for (const [tag] of left.matchAll(/<[^>]*>/g)) {
        if (/ on|script:|data:|url\(|expression|position|display:none|:[^"]*[\s:]-\d/i.test(tag)) throw new Error(tag)
      }
      if (readDesign(left).html !== left) throw new Error(`read again it is another: ${left}`)
      const { css } = inSheet(left, 'design')
      if (
        css
          .split('\n')
          .some((line) => line !== '' && !/^#design[^{}<>\\@]*\{[^{}<>\\@]*\}(?:#design img\{[^{}]*\})?$/.test(line))
      )
        throw new Error(`a rule that ends elsewhere: ${css}`)
    }),
    { numRuns: 1500 },
  )
})

t.test('47: a field is filled in as text and stands nowhere else; nothing else is expressible', async (t) => {
  const read = readBody('<p>Hello {{name|Tom &amp; <b>}}</b></p>'.replace('<b>}}</b>', '&lt;b&gt;}}'), 'html')
  t.same(read.fields, [{ field: 'name', fallback: 'Tom & <b>' }])
  t.equal(read.html, '<p>Hello \uE0000\uE001</p>')
  t.equal(read.text, 'Hello \uE0000\uE001')
  const styled = '<style>@media print{p{color:red}}</style><p>Hi {{ name | you }}</p><script>{{x}}</script>'
  t.same(readBody(styled, 'html').fields, [{ field: 'name', fallback: 'you' }], 'what is left out has no fields')
  const refused: [string, RegExp][] = [
    ['<a href="https://fern.example/{{name}}">Hi</a>', /a field stands inside a link/],
    ['<p title="{{name}}">Hi</p>', /a field stands inside a link/],
    [`<img src="${picture}" alt="{{name}}">`, /a field stands inside a link/],
    ['<p>{{na<b>me</b>}}</p>', /without its other half/],
    ['<p>{{name</p>', /without its other half/],
    ['<p>{{constructor.constructor("x")()}}</p>', /unknown field/],
    ['<p>{{7*7}}</p>', /unknown field/],
    ['<p>{{#each people}}</p>', /unknown field/],
    ['<p>&#xE000;0&#xE001;</p>', /control or private-use/],
    ['<p>&#8;</p>', /control or private-use/],
    ['<script>all of it</script>', /nothing of the design can be read/],
    [`<img src="${picture}" alt="">`, /nothing of the design can be read/],
    ['<div>'.repeat(200), /more than 100 deep, here at <div>/],
    [`<p>${'&amp;'.repeat(20_000)}</p>`, /at most 90000 are allowed, because some programs cut/],
  ]
  for (const [source, why] of refused)
    t.throws(() => readBody(source, 'html'), { code: 'invalid-input', message: why }, source)
  for (const source of ['<%= 7*7 %>', '${7*7}', '#{7*7}', '@include("/etc/passwd")'])
    t.equal(readBody(`<p>Hi ${source.replaceAll('<', '&lt;')}</p>`, 'html').text, `Hi ${source}`)
})

t.test('the text part says what the design says, cell by cell, with the addresses of its links', async (t) => {
  const design =
    '<table><tr><td><h1>Five ways</h1></td><td>Two minutes each.</td></tr><tr><td>' +
    `<a href="https://fern.example/darn"><img src="${picture}" alt="A darned sock"></a></td></tr></table>`
  t.equal(readBody(design, 'html').text, 'Five ways\n\nTwo minutes each.\nA darned sock <https://fern.example/darn>')
})
