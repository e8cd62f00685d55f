// The entries of a bundle against what was signed: all of them, or some with a proof of each.
import { linesIn, textIn, toHex } from './bytes.js'
import { entryIn } from './entry.js'
import { continues, leadsToRoot, leafHash, Tree } from './merkle.js'
import { proofsIn } from './proofs.js'
import { couldNotCheck, notVerified } from './verdict.js'

/**
 * @import { Checks } from './beside.js'
 * @import { Bytes } from './bytes.js'
 * @import { Checkpoint } from './note.js'
 * @import { Shown, Verdict } from './verdict.js'
 * @typedef {Checkpoint & { file: string }} Signed a signed state, and where it was found
 * @typedef {{ entries: number, shown: Shown[], verdict: Verdict | null }} Walked `verdict`: why it is not verified although nothing is wrong
 */

/** So many entries of a part are shown. */
const mostShown = 500

/**
 * Builds the tree again; it must pass through every signed state.
 * @param {{ entries: Bytes, leaves: Bytes }} files
 * @param {readonly Signed[]} states by size
 * @param {Checks} checks
 * @returns {Promise<Walked>}
 */
export async function walkWhole(files, states, checks) {
  const [entries, leaves] = [linesIn(files.entries), linesIn(files.leaves)]
  const tree = await Tree.over(entries.lines)
  checks.begin()
  let [due, agreed] = [0, 0]
  for (let size = 0; ; size++) {
    for (let state = states[due]; state?.size === size; state = states[++due]) {
      if ((await tree.rootOf(size)) !== state.root) throw rootDiffers(state, agreed)
      agreed = size
    }
    const number = size + 1
    const [line, leaf, next] = [entries.lines[size], leaves.lines[size], states[due]]
    if (!line && next) {
      throw notVerified(`entries.jsonl ends before entry ${number}; ${next.file} was signed for ${next.size}`, number)
    }
    if (!line && leaf) throw notVerified('leaves.txt has more lines than there are entries')
    if (!line) return { entries: size, shown: [], verdict: null }
    if (!next) throw notVerified(`entry ${number} is beyond the ${size} that checkpoint.txt was signed for`, number)
    if (isTorn(entries, size)) throw notVerified(`the line of entry ${number} does not end in a line feed`, number)
    if (!leaf || textIn(leaf) !== tree.leaf(size)) {
      throw notVerified(`the bytes of entry ${number} do not hash to line ${number} of leaves.txt`, number)
    }
    if (isTorn(leaves, size)) throw notVerified(`line ${number} of leaves.txt does not end in a line feed`, number)
    await checks.beside(checks.entry(line, number, tree.leaf(size)))
  }
}

/**
 * @param {Signed} state
 * @param {number} agreed the largest size at which a signed state agreed
 */
function rootDiffers({ file, size }, agreed) {
  const reason = `entries 1 to ${size} are not what was signed: their tree has another root than ${file}`
  if (agreed === 0) return notVerified(reason, size === 1 ? 1 : null)
  const told = `${reason}; a checkpoint of entries 1 to ${agreed} agrees with them`
  return notVerified(told, agreed === size ? null : agreed + 1)
}

/**
 * Follows the proof of each entry to the newest signed state, which must continue every other.
 * @param {{ entries: Bytes, proofs: Bytes }} files
 * @param {readonly Signed[]} states
 * @param {Signed} newest
 * @param {Checks} checks
 * @returns {Promise<Walked>}
 */
export async function walkPart(files, states, newest, checks) {
  const entries = linesIn(files.entries)
  const { consistency, inclusion } = proofsIn(files.proofs)
  const unproven = await firstUnproven(states, newest, consistency)
  checks.begin()
  /** @type {Shown[]} */
  const shown = []
  let last = 0
  for (const [place, { index, hashes }] of inclusion.entries()) {
    const [line, number] = [entries.lines[place], index + 1]
    if (!line) throw notVerified(`entries.jsonl ends before entry ${number}, for which there is a proof`, number)
    if (isTorn(entries, place)) throw notVerified(`the line of entry ${number} does not end in a line feed`, number)
    const leaf = toHex(await leafHash(line))
    const entry = checks.entry(line, number, leaf)
    if (number <= last) throw notVerified(`entry ${number} comes after entry ${last}`, number)
    if (!(await leadsToRoot({ index, size: newest.size, leaf, root: newest.root, path: hashes }))) {
      const reason = `entry ${number} is not proven: its proof does not lead to the root that was signed`
      throw notVerified(reason, number)
    }
    const one = await checks.beside(entry)
    if (shown.length < mostShown) shown.push(one)
    last = number
  }
  if (entries.lines.length > inclusion.length) {
    throw notVerified(
      'there is no proof for the last lines of entries.jsonl',
      numberIn(entries.lines[inclusion.length]),
    )
  }
  const empty = inclusion.length === 0 ? couldNotCheck('the bundle holds no entries') : null
  return { entries: inclusion.length, shown, verdict: empty ?? unproven }
}

/**
 * That the newest state continues the others cannot be told of one for which there is no proof.
 * @param {readonly Signed[]} states
 * @param {Signed} newest
 * @param {ReadonlyMap<number, string[]>} proofs by the size of the old tree
 */
export async function firstUnproven(states, newest, proofs) {
  /** @type {Verdict | null} */
  let unproven = null
  for (const old of states) {
    if (old === newest) continue
    if (old.size === 0 && old.root === (await new Tree([]).rootOf(0))) continue
    const proof = old.size === newest.size || old.size === 0 ? [] : proofs.get(old.size)
    const claim = { oldSize: old.size, oldRoot: old.root, newSize: newest.size, newRoot: newest.root }
    if (proof && !(await continues({ ...claim, proof }))) {
      throw notVerified(`${old.file} is not continued by ${newest.file}`)
    }
    if (!proof) {
      unproven = couldNotCheck(
        `there is no proof that ${newest.file} continues ${old.file} of ${old.size} entries in it. Ask for a part that was exported with --since that checkpoint, or for the whole ledger`,
      )
    }
  }
  return unproven
}

/**
 * @param {{ lines: Bytes[], torn: boolean }} file
 * @param {number} index
 */
function isTorn({ lines, torn }, index) {
  return torn && index === lines.length - 1
}

/**
 * What a line calls itself, to name it; nothing of it is believed.
 * @param {Bytes | undefined} line
 */
function numberIn(line) {
  const number = Number(/"number":(\d+)/.exec((line && textIn(line)) ?? '')?.[1] ?? Number.NaN)
  try {
    return line ? entryIn(line, number).number : null
  } catch {
    return null
  }
}
