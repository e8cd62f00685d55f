// The page itself: what was given, the verdict, and what it rests on. Text is set as text, never as markup.
import { check, numberText } from './check.js'

/** @import { Fact, Result, Shown } from './verdict.js' */

const title = document.title
const form = element('form', HTMLFormElement)
const file = element('file', HTMLInputElement)
const verdict = element('verdict', HTMLElement)
const found = element('found', HTMLElement)
const texts = ['key', 'since'].map((name) => textFrom(name))
/** Counts what was changed: an answer about what no longer stands there is dropped. */
let turn = 0

form.hidden = false
form.addEventListener('input', forget)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  void answer()
})
for (const name of ['dragover', 'dragleave', 'drop']) document.addEventListener(name, drag)

async function answer() {
  const mine = ++turn
  say('Checking … A large ledger takes a while.')
  const [key = '', since = ''] = texts.map(({ value }) => value.trim())
  const given = file.files?.[0]
  const trusted = { key, since: since === '' ? '' : `${since}\n` }
  const result = given ? await check(given, trusted) : noFile()
  if (mine === turn) show(result)
}

/** @returns {Result} */
function noFile() {
  return { answer: 'could not check', sentence: 'Could not check: no file was chosen.', facts: [], shown: [] }
}

/** @param {Result} result */
function show({ answer: one, sentence, facts, shown }) {
  say(sentence, one)
  document.title = `${sentence.split(/[.:]/, 1)[0]} – ${title}`
  element('facts', HTMLElement).replaceChildren(...facts.flatMap(factLines))
  element('rows', HTMLElement).replaceChildren(...shown.flatMap(rows))
  element('entries', HTMLElement).hidden = shown.length === 0
  found.hidden = facts.length === 0
  verdict.scrollIntoView({ block: 'nearest' })
}

/** Takes back an answer as soon as what it was about changes. */
function forget() {
  turn += 1
  document.title = title
  say('')
  found.hidden = true
}

/**
 * @param {string} sentence
 * @param {string} [one]
 */
function say(sentence, one) {
  if (one === undefined) delete verdict.dataset['answer']
  else verdict.dataset['answer'] = one
  verdict.replaceChildren(...(sentence === '' ? [] : [holding('p', sentence)]))
}

/** @param {Fact} fact */
function factLines({ name, value }) {
  return [holding('dt', name), holding('dd', value)]
}

/** @param {Shown} shown */
function rows({ entry, payload }) {
  const what = holding('td', entry.kind)
  if (entry.topics.length > 0) what.append(holding('small', `topics ${entry.topics.join(', ')}`))
  if (entry.wording !== null) what.append(holding('small', `wording ${entry.wording.slice(0, 12)}…`))
  const cells = [numberText(entry.number), entry.at.replace('T', ' ').replace('Z', '')].map((text) =>
    holding('td', text),
  )
  const below = document.createElement('td')
  below.colSpan = cells.length + 1
  below.textContent = payload ?? 'not in here, or erased'
  return [[...cells, what], [below]].map((line) => {
    const row = document.createElement('tr')
    row.append(...line)
    return row
  })
}

/**
 * An element that holds a text.
 * @param {string} name
 * @param {string} text
 */
function holding(name, text) {
  const made = document.createElement(name)
  made.textContent = text
  return made
}

/** @param {Event} event */
function drag(event) {
  if (!(event instanceof DragEvent)) return
  event.preventDefault()
  document.body.classList.toggle('over', event.type === 'dragover')
  const dropped = event.type === 'drop' ? event.dataTransfer?.files : undefined
  if (!dropped?.length) return
  forget()
  file.files = dropped
  if (texts[0]?.value.trim()) void answer()
  else texts[0]?.focus()
}

/**
 * A field for text that can come from a file, too.
 * @param {string} name
 */
function textFrom(name) {
  const field = element(name, HTMLTextAreaElement)
  const source = element(`${name}-file`, HTMLInputElement)
  source.addEventListener('change', () => void read(source, field))
  return field
}

/**
 * @param {HTMLInputElement} source
 * @param {HTMLTextAreaElement} field
 */
async function read(source, field) {
  field.value = (await source.files?.[0]?.slice(0, 100_000).text()) ?? ''
  forget()
}

/**
 * @template {HTMLElement} Kind
 * @param {string} id
 * @param {new () => Kind} kind
 * @returns {Kind}
 */
function element(id, kind) {
  const one = document.getElementById(id)
  if (one instanceof kind) return one
  throw new Error(`the page has no ${id}`)
}
