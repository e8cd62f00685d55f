// A log whose key was changed: the statements about it, and which key signs at which size of the tree.
import { textIn, toHex } from './bytes.js'
import { isCount, isHash } from './canonical.js'
import { keysIn, openNote } from './note.js'
import { notVerified } from './verdict.js'

/**
 * @import { Bytes } from './bytes.js'
 * @import { Key } from './note.js'
 * @import { Entry } from './verdict.js'
 * @typedef {Key & { from: number, below: number }} KeyInForce the sizes of the tree that it signs
 * @typedef {{ file: string, entry: number, leaf: string, before: Key, next: Key }} Statement
 */

/**
 * The keys that a chain of statements leads to from those that one holds, both ways, and the leaf of each entry that says so.
 * @param {ReadonlyMap<string, Bytes>} files
 * @param {readonly Key[]} held
 */
export async function keysInForce(files, held) {
  /** @type {Map<string, KeyInForce>} */
  const known = new Map(held.map((key) => [nameOf(key), inForce(key)]))
  /** @type {Map<number, string>} */
  const changes = new Map()
  const named = [...files].filter(([file]) => file.startsWith('keys/'))
  let waiting = await Promise.all(named.map(([file, note]) => statementIn(file, note)))
  while (waiting.length > 0) {
    const next = waiting.find((one) => known.has(nameOf(one.before)) || known.has(nameOf(one.next)))
    if (!next) throw notVerified(`${waiting[0]?.file}: it is not signed by the given key`)
    follow(known, next)
    if (changes.has(next.entry)) throw contradicted(next)
    changes.set(next.entry, next.leaf)
    waiting = waiting.filter((one) => one !== next)
  }
  return { keys: [...known.values()], changes }
}

/**
 * @param {Map<string, KeyInForce>} known
 * @param {Statement} statement
 */
function follow(known, statement) {
  const { before, next, entry } = statement
  const [ends, begins] = [before, next].map((key) => known.get(nameOf(key)) ?? inForce(key))
  if (!ends || !begins || ends.below < Infinity || begins.from > 0) throw contradicted(statement)
  known.set(nameOf(before), { ...ends, below: entry })
  known.set(nameOf(next), { ...begins, from: entry })
}

/**
 * Six lines, signed by both of the keys in them.
 * @param {string} file
 * @param {Bytes} note
 * @returns {Promise<Statement>}
 */
async function statementIn(file, note) {
  const whole = textIn(note) ?? ''
  const text = whole.slice(0, whole.lastIndexOf('\n\n') + 1)
  const [head, origin, entry = '', leaf, before = '', next = '', ...end] = text.split('\n')
  if (
    head !== 'courtesy-ledger-key-change/1' ||
    !/^[1-9]\d*$/.test(entry) ||
    !isCount(Number(entry)) ||
    !isHash(leaf)
  ) {
    throw notVerified(`${file}: it does not say which key follows which`)
  }
  const keys = await keysIn(`${before}\n${next}`)
  const [old, later] = keys ?? []
  if (end.length !== 1 || !old || !later) throw notVerified(`${file}: one of its keys is no vkey`)
  if (old.name !== origin || later.name !== origin) throw notVerified(`${file}: it is of another log, "${origin}"`)
  const { signers } = await openNote(file, note, [old, later])
  if (new Set(signers.map(nameOf)).size < 2) throw notVerified(`${file}: only one of its two keys signed it`)
  return { file, entry: Number(entry), leaf, before: old, next: later }
}

/**
 * An entry says that the key was changed just where a statement says it.
 * @param {ReadonlyMap<number, string>} changes
 * @param {Entry} entry
 * @param {string} leaf
 */
export function requireStatement(changes, { number, kind }, leaf) {
  const stated = changes.get(number)
  if (stated === undefined && kind === 'key-changed') {
    const reason = `entry ${number} says that the key was changed, and keys/${number}.txt, which says to which, is missing`
    throw notVerified(reason, number)
  }
  if (stated !== undefined && (kind !== 'key-changed' || stated !== leaf)) {
    throw notVerified(`keys/${number}.txt was signed for another entry than ${number}`, number)
  }
}

/**
 * @param {Key} key
 * @returns {KeyInForce}
 */
export function inForce(key) {
  return { ...key, from: 0, below: Infinity }
}

/** @param {Key} key */
function nameOf({ name, id, publicKey }) {
  return `${name} ${id} ${toHex(publicKey)}`
}

/** @param {Statement} statement */
function contradicted({ file }) {
  return notVerified(`${file}: another statement says something else`)
}
