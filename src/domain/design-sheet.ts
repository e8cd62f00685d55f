/**
 * A design for a page of ours, where no element may bring its own style: each different style becomes a class, and the classes a
 * stylesheet of our own. Both are made from what readDesign let through, so nothing in a value can end it.
 * @param within the id of the element around it, which also makes them count for more than the page's own styles.
 */
export function inSheet(html: string, within: string): { html: string; css: string } {
  const classes = new Map<string, string>()
  const classed = html.replaceAll(/<[a-z][^>]*>/g, (tag) =>
    tag.replace(/ style="([^"]*)"/, (_, style: string) => {
      const name = classes.get(style) ?? `d${classes.size}`
      classes.set(style, name)
      return ` class="${name}"`
    }),
  )
  const rules = [...classes].map(([style, name]) => `#${within} .${name}{${style.replaceAll('&quot;', '"')}}`)
  return { html: classed, css: [ground(within), ...rules, ''].join('\n') }
}

/** A design says what is on its ground and rarely the ground itself: that is white, as in a mail, in the dark too. */
function ground(id: string): string {
  return `#${id}{overflow:auto;margin-block-end:1.5rem;background:#fff;color:#1a1c20;color-scheme:light}#${id} img{max-width:100%;height:auto}`
}
