import fc from 'fast-check'

const names = (
  'div p span b i a font table tbody thead tr td th ul ol li h1 h2 center blockquote pre code u small img br hr ' +
  'html head body title style script svg math foreignObject iframe object form input button select option textarea ' +
  'noscript template plaintext xmp noembed frameset base meta link marquee nobr caption col colgroup dd dt details dialog'
).split(' ')

const styles = [
  'color:red',
  'font:16px/1.5 Arial, sans-serif',
  'display:none',
  'position:fixed;top:0;left:0;width:9999px;height:9999px;z-index:9;background:#fff',
  'margin-bottom:-900px',
  'margin:0 0 -90em',
  'transform:translateY(900px)',
  'height:1px;overflow:visible',
  'max-height:0;overflow:hidden',
  'float:left;width:100%;height:900px;background:#fff',
  'width:expression(alert(1))',
  'background:url(javascript:alert(1))',
  'color:red}.foot{display:none',
  'color:red/*',
  'content:"\\3c/style>"',
  'font-size:0;line-height:0',
]
const attributes = [
  ...styles.map((style) => `style="${style}"`),
  'style=\'font-family:"a;b"\'',
  'onclick="x()"',
  'ONERROR=x',
  'href="https://fern.example/a?b=1&c=2"',
  'href="java&#10;script:alert(1)"',
  'href=" javascript:alert(1)"',
  'href="data:text/html,<script>"',
  'href="//evil.example"',
  'src="https://evil.example/x.png"',
  `src="/picture/${'0'.repeat(64)}.jpg"`,
  'background="https://evil.example/x.png"',
  'hidden',
  'id="page" class="foot"',
  'bgcolor="#fff" align=center width=600 height=99999',
  'title="</div><!--"',
  '=',
  '"',
  "'",
]
const scraps = [
  'words',
  '</div></div></div>',
  '</td></tr></table>',
  '</body></html>',
  '<!--',
  '-->',
  '<!-- </div> -->',
  '<![CDATA[',
  ']]>',
  '<?php',
  '<!doctype html>',
  '</',
  '<',
  '&lt;script&gt;',
  '&#60;img src=x onerror=x&#62;',
  '</style>',
  '</script>',
  '</textarea>',
  '<!--[if mso]><table><![endif]-->',
  '\n',
]

const tag = fc.oneof(
  fc
    .tuple(fc.constantFrom(...names), fc.array(fc.constantFrom(...attributes), { maxLength: 3 }))
    .map(([name, given]) => `<${[name, ...given].join(' ')}>`),
  fc.constantFrom(...names).map((name) => `</${name}>`),
)

/** Pieces of HTML in any order, good and bad: tags that fit nothing, styles that lie over things, texts that break out. */
export const designs = fc
  .array(fc.oneof({ arbitrary: tag, weight: 4 }, { arbitrary: fc.constantFrom(...scraps), weight: 1 }), {
    maxLength: 40,
  })
  .map((pieces) => pieces.join(''))
