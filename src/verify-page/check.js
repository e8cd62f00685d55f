// Checks what somebody was given against the key that she holds (docs/ledger-format.md).
import { Checks, wordingsIn } from './beside.js'
import { textIn, utf8 } from './bytes.js'
import { inForce, keysInForce } from './keys.js'
import { keysIn, openCheckpoint } from './note.js'
import { manifestIn, requireListed } from './proofs.js'
import { receiptIn, walkReceipt } from './receipt.js'
import { couldNotCheck, notVerified, resultOf, Verdict } from './verdict.js'
import { firstUnproven, walkPart, walkWhole } from './walk.js'
import { filesIn, mostBytes } from './zip.js'

/**
 * @import { Bytes } from './bytes.js'
 * @import { KeyInForce } from './keys.js'
 * @import { Key } from './note.js'
 * @import { Extent } from './proofs.js'
 * @import { Fact, Result, Shown } from './verdict.js'
 * @import { Signed, Walked } from './walk.js'
 * @typedef {{ key: string, since: string }} Trusted what she brought along, '' for nothing
 * @typedef {{ given: boolean, list: Key[] }} Keys `given`: whether she brought them
 */

/** @type {Record<Extent, readonly string[]>} */
const needed = { whole: ['entries.jsonl', 'leaves.txt'], part: ['entries.jsonl', 'proofs.json'] }

/**
 * A bundle, a receipt or a checkpoint, whichever the file is. Never rejects.
 * @param {Blob} file
 * @param {Trusted} trusted
 * @returns {Promise<Result>}
 */
export async function check(file, trusted) {
  try {
    if (!globalThis.crypto?.subtle) {
      throw couldNotCheck(
        'this browser gives no cryptography to a page that came without https. Save the page and open the file, or use the command',
      )
    }
    if (file.size > mostBytes) throw couldNotCheck('too large for a page: it has more than 200 MB. Use the command')
    const bytes = new Uint8Array(await file.arrayBuffer())
    const text = bytes[0] === 0x50 && bytes[1] === 0x4b ? null : textIn(bytes)
    if (text?.includes('<article class="receipt">')) return await checkReceipt(text, trusted)
    if (text?.includes('\n— ')) return await checkCheckpoint(bytes, trusted)
    return await checkBundle(await filesIn(bytes), trusted)
  } catch (error) {
    if (error instanceof Verdict) return resultOf(error)
    return resultOf(
      couldNotCheck(`this page failed at it (${error instanceof Error ? error.message : 'unknown'}). Use the command`),
    )
  }
}

/**
 * @param {ReadonlyMap<string, Bytes>} files
 * @param {Trusted} trusted
 */
async function checkBundle(files, trusted) {
  const keys = await keysFor(trusted, textIn(files.get('keys.txt') ?? new Uint8Array()) ?? '', 'keys.txt holds none')
  const checkpoint = required(files, 'checkpoint.txt')
  const manifest = manifestIn(required(files, 'manifest.json'))
  const extent = manifest?.extent ?? (files.has('proofs.json') ? 'part' : 'whole')
  const [entries, proofs] = needed[extent].map((name) => required(files, name))
  const history = await keysInForce(files, keys.list)
  const states = await signedStates(files, checkpoint, trusted.since, history.keys)
  const newest = states.find(({ file }) => file === 'checkpoint.txt')
  if (!entries || !proofs || !newest) throw couldNotCheck('a part of the bundle is missing')
  const wordings = await wordingsIn(files)
  const checks = new Checks(files, wordings, history.changes)
  const walked =
    extent === 'whole'
      ? await walkWhole({ entries, leaves: proofs }, states, checks)
      : await walkPart({ entries, proofs }, states, newest, checks)
  checks.end()
  await requireListed(files, manifest, wordings)
  const count = numberText(walked.entries)
  const said =
    extent === 'whole'
      ? `All ${count} entries are as they were signed, in this order, none missing.`
      : `${walked.entries === 1 ? 'The entry is one' : `Each of the ${count} entries is one`} of the ${numberText(newest.size)} that were signed, unchanged. Whether others belong with them a part cannot show.`
  /** @type {Fact[]} */
  const facts = [
    { name: 'Entries', value: count },
    { name: 'Payloads that fit', value: numberText(checks.payloads) },
    ...signedFacts(newest, keys),
    { name: 'Earlier signed states', value: continuedText(states, trusted) },
  ]
  return concluded(walked, newest, keys, said, facts)
}

/**
 * @param {string} text
 * @param {Trusted} trusted
 */
async function checkReceipt(text, trusted) {
  const receipt = receiptIn(text)
  const keys = await keysFor(trusted, receipt.key, 'the receipt holds none')
  const newest = {
    ...(await openedBy('the checkpoint in the receipt', utf8(receipt.checkpoint), keys.list.map(inForce))),
  }
  const states =
    trusted.since === '' ? [] : [await openedBy('your earlier checkpoint', utf8(trusted.since), keys.list.map(inForce))]
  const shown = await walkReceipt(receipt, newest)
  const unproven = await firstUnproven(states, newest, new Map())
  const said = `Entry ${numberText(shown.entry.number)} is one of the ${numberText(newest.size)} that were signed, unchanged, and what it was made for is shown below. The sentences of the receipt are its sender’s words for it.`
  const facts = [{ name: 'Entry', value: numberText(shown.entry.number) }, ...signedFacts(newest, keys)]
  return concluded({ entries: 1, shown: [shown], verdict: unproven }, newest, keys, said, facts)
}

/**
 * @param {Bytes} note
 * @param {Trusted} trusted
 */
async function checkCheckpoint(note, trusted) {
  const keys = await keysFor(trusted, '', 'a checkpoint holds none')
  const newest = await openedBy('the checkpoint', note, keys.list.map(inForce))
  const states =
    trusted.since === '' ? [] : [await openedBy('your earlier checkpoint', utf8(trusted.since), keys.list.map(inForce))]
  const unproven = await firstUnproven(states, newest, new Map())
  const said = `This state of ${numberText(newest.size)} entries was signed by the key that you gave. Of the entries themselves a checkpoint shows nothing.`
  return concluded({ entries: 0, shown: [], verdict: unproven }, newest, keys, said, signedFacts(newest, keys))
}

/**
 * @param {Walked} walked
 * @param {Signed} newest
 * @param {Keys} keys
 * @param {string} said
 * @param {Fact[]} facts
 * @returns {Result}
 */
function concluded({ verdict, shown }, newest, keys, said, facts) {
  if (verdict) return { ...resultOf(verdict, facts), shown }
  if (keys.given) return { answer: 'verified', sentence: `Verified. ${said}`, facts, shown }
  const names = newest.signers.map(({ name, id }) => `${name} (key ${id})`).join(', ')
  const own = `everything in it fits the signature of ${names}, but that key came in the same file, and anybody could have made both. Get the key from the log’s owner another way, and give it above`
  return { ...resultOf(couldNotCheck(own), facts), shown }
}

/**
 * The keys that she brought, else those that came in the file.
 * @param {Trusted} trusted
 * @param {string} own
 * @param {string} none
 * @returns {Promise<Keys>}
 */
async function keysFor({ key }, own, none) {
  const given = key !== ''
  const list = await keysIn(given ? key : own)
  if (list) return { given, list }
  if (given) throw couldNotCheck('the given key holds no vkey (name+hex+base64), or a damaged one')
  throw couldNotCheck(`no key was given, and ${none}`)
}

/**
 * @param {ReadonlyMap<string, Bytes>} files
 * @param {string} name
 */
function required(files, name) {
  const bytes = files.get(name)
  if (!bytes) throw couldNotCheck(`${name} is missing from the bundle`)
  return bytes
}

/**
 * Every signed state in the bundle, and the one that she kept, by size.
 * @param {ReadonlyMap<string, Bytes>} files
 * @param {Bytes} checkpoint
 * @param {string} since
 * @param {readonly KeyInForce[]} keys
 */
async function signedStates(files, checkpoint, since, keys) {
  const newest = await openedBy('checkpoint.txt', checkpoint, keys)
  const states = [newest]
  const earlier = [...files].filter(([name]) => name.startsWith('checkpoints/'))
  if (since !== '') earlier.push(['your earlier checkpoint', utf8(since)])
  for (const [file, note] of earlier) {
    const state = await openedBy(file, note, keys)
    if (state.size > newest.size) {
      throw notVerified(`${file} was signed for ${state.size} entries, more than checkpoint.txt`)
    }
    states.push(state)
  }
  return states.toSorted((a, b) => a.size - b.size)
}

/**
 * @param {string} file
 * @param {Uint8Array} note
 * @param {readonly KeyInForce[]} keys
 * @returns {Promise<Signed>}
 */
async function openedBy(file, note, keys) {
  const opened = await openCheckpoint(file, note, keys)
  if (opened.signers.some(({ name }) => name !== opened.origin)) {
    throw notVerified(`${file}: it is of another log, "${opened.origin}"`)
  }
  const { size, signers } = opened
  const right = keys.some((key) => signers.includes(key) && key.from <= size && size < key.below)
  if (!right) throw notVerified(`${file}: it was signed by a key that was not in force at ${size} entries`)
  return { ...opened, file }
}

/**
 * @param {Signed} state
 * @param {Keys} keys
 * @returns {Fact[]}
 */
function signedFacts({ origin, size, root, signers }, { given }) {
  const whose = given ? 'which you gave' : 'which came in the same file'
  return [
    { name: 'Signed state', value: `${numberText(size)} entries, root ${root}` },
    { name: 'Log', value: origin },
    { name: 'Signed by', value: `${signers.map(({ id }) => `key ${id}`).join(', ')}, ${whose}` },
    { name: 'Outside witness', value: 'none: only the signature of the log’s owner was checked' },
  ]
}

/**
 * @param {readonly Signed[]} states
 * @param {Trusted} trusted
 */
function continuedText(states, { since }) {
  const own = since === '' ? '' : ', the one that you kept among them'
  return states.length === 1 ? 'none in it' : `${numberText(states.length - 1)} checked${own}`
}

/** @param {number} value */
export function numberText(value) {
  return new Intl.NumberFormat('en-GB').format(value)
}
