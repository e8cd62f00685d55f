import { hash } from 'node:crypto'
import { bundleFormat, parseManifest } from './bundle-manifest.ts'
import { keyFault, ledgerKeys, signsAt, statementsIn, type KeyChanges, type LedgerKey } from './key-change.ts'
import { parseEntryBody } from './ledger-entry.ts'
import { Lines } from './lines.ts'
import { appendLeaf, emptyFrontier, leafHash, rootOf } from './merkle.ts'
import { openNote, parseCheckpoint, parseVkey, type Checkpoint, type Vkey } from './signed-note.ts'

/** An exported ledger (docs/ledger-format.md), opened but not believed. Null where the file is missing. */
export type Bundle = {
  /** Every file but the two below, by its path in the bundle. */
  files: ReadonlyMap<string, Uint8Array>
  /** The bytes of `entries.jsonl` and `leaves.txt`, in pieces of any size; they are read once and never held whole. */
  entries: AsyncIterable<Uint8Array> | null
  leaves: AsyncIterable<Uint8Array> | null
}

/** What the person who verifies brought along. A key inside the bundle is never used. */
export type Trusted = {
  /** The text of the key file: one vkey per line. */
  key: string
  /** A checkpoint of an earlier day, from a mail or a receipt: the bundle must continue it. */
  since?: string | undefined
}

/**
 * `entries` counts those that were found right; `firstBadEntry` is the first that is not, or, when only the signed
 * roots tell, the first after the last checkpoint that agrees (null if there is none); `reason` is null if verified.
 */
export type Verification = {
  verdict: 'verified' | 'not verified' | 'could not check'
  entries: number
  firstBadEntry: number | null
  reason: string | null
}

/** A signed state of the tree that the entries must pass through. */
type Milestone = Checkpoint & { name: string }

/**
 * Checks a bundle offline against the key that the verifying person holds: the signature and origin of every
 * checkpoint, every line and leaf, numbers, times, wordings, the root at every signed size, the hash of every file.
 * Never throws for anything in the bundle; rejects only when its bytes cannot be read. Memory does not grow with the
 * number of entries.
 */
export async function verifyBundle(bundle: Bundle, trusted: Trusted): Promise<Verification> {
  const keys = parseKeys(trusted.key)
  if (keys === null) return couldNotCheck('the given key file holds no vkey (name+hex+base64), or a damaged one')
  const { files, entries, leaves } = bundle
  for (const name of ['checkpoint.txt', 'manifest.json']) {
    if (!files.has(name)) return couldNotCheck(`${name} is missing from the bundle`)
  }
  if (entries === null || leaves === null)
    return couldNotCheck('entries.jsonl or leaves.txt is missing from the bundle')
  const manifest = parseManifest(textOf(files, 'manifest.json'))
  if (manifest.kind === 'unknown-format') {
    return couldNotCheck(`the bundle has the format ${manifest.format}; this program reads ${bundleFormat}`)
  }
  const history = ledgerKeys(keys, statementsIn(files))
  if (history.kind === 'refused') return notVerified(0, null, history.reason)
  const milestones = signedMilestones(files, trusted.since, history.keys)
  if (typeof milestones === 'string') return notVerified(0, null, milestones)

  const lines = { entries: new Lines(entries), leaves: new Lines(leaves) }
  try {
    const walked = await walk(lines, milestones, wordingsIn(files), history.changes)
    if (walked.verdict !== 'verified') return walked
    const streamed = new Map([
      ['entries.jsonl', lines.entries.sha256.digest('hex')],
      ['leaves.txt', lines.leaves.sha256.digest('hex')],
    ])
    const fault = manifest.kind === 'refused' ? 'manifest.json is damaged' : fileFault(files, streamed, manifest.hashes)
    return fault === null ? walked : notVerified(walked.entries, null, fault)
  } finally {
    await Promise.all([lines.entries.close(), lines.leaves.close()])
  }
}

/** Reads both files line by line, side by side, and stops at the first thing that is wrong. */
async function walk(
  lines: { entries: Lines; leaves: Lines },
  milestones: readonly Milestone[],
  wordings: ReadonlyMap<string, boolean>,
  changes: KeyChanges,
): Promise<Verification> {
  let tree = emptyFrontier
  let lastAt = new Date(0)
  let agreed = 0
  let due = 0
  for (;;) {
    for (let next = milestones[due]; next?.size === tree.size; next = milestones[++due]) {
      if (rootOf(tree) !== next.root) return rootDiffers(next, agreed)
      agreed = next.size
    }
    const line = lines.entries.ready() ?? (await lines.entries.next())
    const leaf = lines.leaves.ready() ?? (await lines.leaves.next())
    const number = tree.size + 1
    const next = milestones[due]
    const bad = (reason: string) => notVerified(tree.size, number, reason)
    if (line === null && next)
      return bad(`entries.jsonl ends before entry ${number}; ${next.name} was signed for ${next.size}`)
    if (line === null && leaf === null)
      return { verdict: 'verified', entries: tree.size, firstBadEntry: null, reason: null }
    if (line === null) return notVerified(tree.size, null, 'leaves.txt has more lines than there are entries')
    if (!next) return bad(`entry ${number} is beyond the ${tree.size} that checkpoint.txt was signed for`)
    if (lines.entries.torn) return bad(`the line of entry ${number} does not end in a line feed`)
    if (leafHash(line) !== leaf) return bad(`the bytes of entry ${number} do not hash to line ${number} of leaves.txt`)
    if (lines.leaves.torn) return bad(`line ${number} of leaves.txt does not end in a line feed`)

    const read = parseEntryBody(line)
    if (read.kind === 'refused') return bad(`entry ${number}: ${read.reason}`)
    const { entry } = read
    if (entry.number !== number) return bad(`the entry in place ${number} calls itself ${entry.number}`)
    if (entry.at < lastAt) return bad(`entry ${number} is older than the one before it`)
    if (entry.wording !== null && wordings.get(entry.wording) !== true) {
      const fault = wordings.has(entry.wording) ? 'has been altered' : 'is missing from the bundle'
      return bad(`wordings/${entry.wording}.html, which entry ${number} names, ${fault}`)
    }
    const fault = keyFault(changes, entry, leaf)
    if (fault !== null) return bad(fault)
    lastAt = entry.at
    tree = appendLeaf(tree, leaf)
  }
}

const yours = 'your earlier checkpoint'

/** Losing entries to a failure is possible, and then its owner has to have said so in the ledger. */
function ifYours(name: string): string {
  if (name !== yours) return ''
  return ', so what was signed then was removed or replaced since. If that was a loss, such as an old backup, an entry of the kind "recovered" says when and how much'
}

/** `agreed`: the largest size at which a checkpoint has agreed; 0 if none has. */
function rootDiffers({ name, size }: Milestone, agreed: number): Verification {
  const reason = `entries 1 to ${size} are not what was signed: their tree has another root than ${name}${ifYours(name)}`
  if (agreed === 0) return notVerified(0, size === 1 ? 1 : null, reason)
  // Two signatures under one size and two roots: the log told two stories, and no entry can be named.
  const suspect = agreed === size ? null : agreed + 1
  return notVerified(agreed, suspect, `${reason}; a checkpoint of entries 1 to ${agreed} agrees with them`)
}

/** All checkpoints by size, that of the whole bundle among them; or what is wrong with one. */
function signedMilestones(
  files: Bundle['files'],
  since: string | undefined,
  keys: readonly LedgerKey[],
): Milestone[] | string {
  const earlier = [...files.keys()].filter((name) => name.startsWith('checkpoints/'))
  const notes = ['checkpoint.txt', ...earlier].map((name) => ({ name, note: textOf(files, name) }))
  if (since !== undefined) notes.push({ name: yours, note: since })
  const milestones: Milestone[] = []
  for (const { name, note } of notes) {
    const opened = openNote(note, keys)
    if (opened.kind === 'refused') return `${name}: ${opened.reason}`
    const read = parseCheckpoint(opened.text)
    if (read.kind === 'refused') return `${name}: ${read.reason}`
    const { checkpoint } = read
    if (!opened.signers.every((signer) => signer.name === checkpoint.origin)) {
      return `${name}: it is of another log, "${checkpoint.origin}"`
    }
    if (!keys.some((key) => opened.signers.includes(key) && signsAt(key, checkpoint.size))) {
      return `${name}: it was signed by a key that was not in force at ${checkpoint.size} entries`
    }
    if (checkpoint.size > (milestones[0]?.size ?? checkpoint.size)) {
      return `${name} was signed for ${checkpoint.size} entries, more than checkpoint.txt${ifYours(name)}`
    }
    milestones.push({ ...checkpoint, name })
  }
  return milestones.toSorted((a, b) => a.size - b.size)
}

/** What is wrong with the files as they lie there, if anything. */
function fileFault(
  files: Bundle['files'],
  streamed: ReadonlyMap<string, string>,
  listed: ReadonlyMap<string, string>,
): string | null {
  const small = [...files].filter(([name]) => name !== 'manifest.json')
  const found = new Map([...streamed, ...small.map(([name, bytes]) => [name, sha256(bytes)] as const)])
  for (const [name, digest] of found) {
    if (!listed.has(name)) return `${name} is not named in manifest.json`
    if (listed.get(name) !== digest) return `${name} is not the file that manifest.json names`
  }
  const missing = [...listed.keys()].find((name) => !found.has(name))
  if (missing !== undefined) return `${missing} is missing from the bundle`
  const altered = [...wordingsIn(files)].find(([, right]) => !right)
  return altered ? `wordings/${altered[0]}.html has been altered` : null
}

/** The wordings of the bundle by the hash in their name, and whether their bytes have it. */
function wordingsIn(files: Bundle['files']): Map<string, boolean> {
  const wordings = new Map<string, boolean>()
  for (const [name, bytes] of files) {
    const named = /^wordings\/([0-9a-f]{64})\.html$/.exec(name)?.[1]
    if (named !== undefined) wordings.set(named, sha256(bytes) === named)
  }
  return wordings
}

function parseKeys(text: string): Vkey[] | null {
  const lines = text.split('\n').map((line) => line.trim())
  const keys = lines.filter((line) => line !== '').map(parseVkey)
  if (keys.length === 0) return null
  const vkeys = keys.flatMap((key) => (key.kind === 'vkey' ? [key.vkey] : []))
  return vkeys.length === keys.length ? vkeys : null
}

function textOf(files: Bundle['files'], name: string): string {
  return Buffer.from(files.get(name) ?? []).toString()
}

function sha256(bytes: Uint8Array): string {
  return hash('sha256', bytes, 'hex')
}

function notVerified(entries: number, firstBadEntry: number | null, reason: string): Verification {
  return { verdict: 'not verified', entries, firstBadEntry, reason }
}

function couldNotCheck(reason: string): Verification {
  return { verdict: 'could not check', entries: 0, firstBadEntry: null, reason }
}
