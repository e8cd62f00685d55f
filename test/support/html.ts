/** What a page offers to press: where it goes, what it would send as it stands, and its visible text. */
export type FormOnPage = {
  action: string
  method: string
  fields: [string, string][]
  inputs: Input[]
  buttons: string[]
}
export type Input = { kind: string; name: string; value: string; checked: boolean }
export type LinkOnPage = { href: string; label: string }
export type ParsedPage = {
  text: string
  title: string
  headings: string[]
  links: LinkOnPage[]
  forms: FormOnPage[]
  faults: string[]
}

const voidElements = new Set(['meta', 'link', 'input', 'br', 'hr', 'img', 'source'])
const entities: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', '#39': "'" }

/**
 * Reads a page of ours, strictly: what is not closed in order, or stands outside <html>, is a fault. It knows the HTML
 * that our templates write and no more; anything else it meets is a fault as well.
 */
export function parsePage(html: string): ParsedPage {
  const page: ParsedPage = { text: '', title: '', headings: [], links: [], forms: [], faults: [] }
  const open: { name: string; start: number }[] = []
  const tokens = /<!doctype html>|<(\/?)([a-z][a-z0-9]*)((?:\s+[a-z-]+(?:="[^"]*")?)*)\s*>|([^<]+)|(<)/gi
  for (const [whole, slash, name = '', attributes = '', text, stray] of html.matchAll(tokens)) {
    if (stray) page.faults.push(`a "<" that is no tag, at ${page.text.slice(-40)}`)
    else if (text !== undefined) page.text += unescaped(text)
    else if (/^<!doctype/i.test(whole)) continue
    else if (slash) close(page, open, name)
    else {
      const given = attributesOf(attributes)
      if (!voidElements.has(name)) open.push({ name, start: page.text.length })
      begin(page, name, given)
    }
  }
  if (open.length > 0) page.faults.push(`not closed: ${open.map((each) => each.name).join(', ')}`)
  if (!html.trimEnd().endsWith('</html>')) page.faults.push('it does not end with </html>')
  if (page.headings.length !== 1) page.faults.push(`${page.headings.length} h1 instead of one`)
  page.text = page.text.replaceAll(/\s+/g, ' ').trim()
  return page
}

function begin(page: ParsedPage, name: string, given: Map<string, string>): void {
  const form = page.forms.at(-1)
  const value = given.get('value') ?? ''
  if (name === 'form') {
    page.forms.push({
      action: given.get('action') ?? '',
      method: given.get('method') ?? 'get',
      fields: [],
      inputs: [],
      buttons: [],
    })
  } else if (name === 'a') {
    page.links.push({ href: given.get('href') ?? '', label: '' })
  } else if (name === 'input' && form) {
    const input = {
      kind: given.get('type') ?? 'text',
      name: given.get('name') ?? '',
      value,
      checked: given.has('checked'),
    }
    form.inputs.push(input)
    const sent = input.checked || input.kind === 'hidden' || input.kind === 'email' || input.kind === 'text'
    if (sent) form.fields.push([input.name, value])
  } else if (name === 'textarea' && form) {
    form.inputs.push({ kind: 'textarea', name: given.get('name') ?? '', value: '', checked: false })
  } else if (name === 'select' && form) {
    form.inputs.push({ kind: 'select', name: given.get('name') ?? '', value: '', checked: true })
  } else if (name === 'option' && given.has('selected') && form) {
    form.fields.push([form.inputs.at(-1)?.name ?? '', value])
  }
}

function close(page: ParsedPage, open: { name: string; start: number }[], name: string): void {
  const last = open.pop()
  if (last?.name !== name) {
    page.faults.push(`</${name}> closes <${last?.name}>`)
    return
  }
  const inside = page.text.slice(last.start).replaceAll(/\s+/g, ' ').trim()
  const form = page.forms.at(-1)
  const link = page.links.at(-1)
  if (name === 'h1') page.headings.push(inside)
  else if (name === 'title') page.title = inside
  else if (name === 'textarea' && form) {
    const field = form.inputs.at(-1)
    // As a browser does: the first line end after the tag is no part of it.
    const value = page.text.slice(last.start).replace(/^\n/, '')
    if (field) field.value = value
    form.fields.push([field?.name ?? '', value])
  } else if (name === 'button' && form) form.buttons.push(inside)
  else if (name === 'a' && link) link.label = inside
}

function attributesOf(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/([a-z-]+)(?:="([^"]*)")?/gi)].map(([, name = '', value = '']) => [name, unescaped(value)]),
  )
}

function unescaped(text: string): string {
  return text.replaceAll(/&(#39|[a-z]+);/g, (whole, name: string) => entities[name] ?? whole)
}
