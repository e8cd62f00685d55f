import { hash } from 'node:crypto'
import { bundleFormats, parseManifest, type BundleExtent } from './bundle-manifest.ts'
import {
  couldNotCheck,
  notVerified,
  streamedParts,
  type Bundle,
  type StreamedPart,
  type Trusted,
  type Verification,
} from './bundle.ts'
import { EntryChecks } from './entry-checks.ts'
import { ledgerKeys, signsAt, statementsIn, type KeyChanges, type LedgerKey } from './key-change.ts'
import { Lines } from './lines.ts'
import { openNote, parseCheckpoint, parseVkey, type Vkey } from './signed-note.ts'
import { walkPart } from './walk-part.ts'
import { ifYours, walkWhole, yours, type Milestone } from './walk-whole.ts'

/** What each kind of bundle cannot do without. */
const needed: Record<BundleExtent, readonly StreamedPart[]> = {
  whole: ['entries.jsonl', 'leaves.txt'],
  part: ['entries.jsonl', 'proofs.json'],
}
/** A payload may hold much, and stands in both of these; any other line is as short as an entry. */
const mostLineBytes: Partial<Record<StreamedPart, number>> = {
  'payloads.jsonl': 16 * 1024 * 1024,
  'entries.csv': 32 * 1024 * 1024,
}

/**
 * Checks a bundle offline against the key that the verifying person holds: the signature and origin of every
 * checkpoint, every line and leaf or proof, numbers, times, wordings, payloads, the root at every signed size, the hash
 * of every file. Never throws for anything in the bundle; rejects only when its bytes cannot be read. Memory does not
 * grow with the number of entries. With the key that lies in the bundle the best verdict is `could not check`.
 */
export async function verifyBundle(bundle: Bundle, trusted: Trusted): Promise<Verification> {
  const { files, streams } = bundle
  const keys = parseKeys(trusted.key ?? textOf(files, 'keys.txt'))
  if (keys === null && trusted.key === undefined) return couldNotCheck('no key was given, and keys.txt holds none')
  if (keys === null) return couldNotCheck('the given key file holds no vkey (name+hex+base64), or a damaged one')
  for (const name of ['checkpoint.txt', 'manifest.json']) {
    if (!files.has(name)) return couldNotCheck(`${name} is missing from the bundle`)
  }
  const manifest = parseManifest(textOf(files, 'manifest.json'))
  if (manifest.kind === 'unknown-format') {
    const known = Object.values(bundleFormats).join(' and ')
    return couldNotCheck(`the bundle has the format ${manifest.format}; this program reads ${known}`)
  }
  const extent = manifest.kind === 'manifest' ? manifest.extent : streams.has('proofs.json') ? 'part' : 'whole'
  const missing = needed[extent].find((name) => !streams.has(name))
  if (missing !== undefined) return couldNotCheck(`${missing} is missing from the bundle`)
  const history = ledgerKeys(keys, statementsIn(files))
  if (history.kind === 'refused') return notVerified(0, null, history.reason)
  const milestones = signedMilestones(files, trusted.since, history.keys)
  if (typeof milestones === 'string') return notVerified(0, null, milestones)

  const lines = linesIn(streams)
  try {
    const walked = await walk(extent, lines, milestones, wordingsIn(files), history.changes)
    if (walked.verdict === 'not verified') return walked
    const fault =
      manifest.kind === 'refused' ? 'manifest.json is damaged' : await fileFault(files, lines, manifest.hashes)
    if (fault !== null) return { ...walked, verdict: 'not verified', reason: fault }
    return trusted.key === undefined && walked.verdict === 'verified' ? byItsOwnKey(walked, keys) : walked
  } finally {
    await Promise.all([...lines.values()].map((each) => each.close()))
  }
}

function linesIn(streams: Bundle['streams']): Map<StreamedPart, Lines> {
  const there = streamedParts.flatMap((name) => {
    const bytes = streams.get(name)
    return bytes === undefined ? [] : [[name, new Lines(bytes, mostLineBytes[name])] as const]
  })
  return new Map(there)
}

function walk(
  extent: BundleExtent,
  lines: ReadonlyMap<StreamedPart, Lines>,
  milestones: readonly Milestone[],
  wordings: ReadonlyMap<string, boolean>,
  changes: KeyChanges,
): Promise<Verification> {
  const read = (name: StreamedPart) => lines.get(name) ?? new Lines(nothing())
  const entries = read('entries.jsonl')
  const beside = { payloads: lines.get('payloads.jsonl') ?? null, table: lines.get('entries.csv') ?? null }
  const checks = new EntryChecks(wordings, changes, beside)
  return extent === 'whole'
    ? walkWhole({ entries, leaves: read('leaves.txt') }, milestones, checks)
    : walkPart({ entries, proofs: read('proofs.json') }, milestones, checks)
}

// oxlint-disable-next-line require-yield -- a file without bytes
async function* nothing(): AsyncGenerator<Uint8Array> {}

/** Whoever made the file could have made the key, so that a good signature by it says nothing about whose log this is. */
function byItsOwnKey(walked: Verification, keys: readonly Vkey[]): Verification {
  const names = keys.map(({ name, keyId }) => `${name} (key ${keyId})`).join(', ')
  const reason = `everything in it fits the signature of ${names}, but that key came in the same file, and anybody could have made both. Get the key from the log's owner another way, and verify with --key`
  return { ...walked, verdict: 'could not check', reason }
}

/** All checkpoints by size, that of the bundle among them; or what is wrong with one. */
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

/** What is wrong with the files as they lie there, if anything. What was not read so far is read now. */
async function fileFault(
  files: Bundle['files'],
  lines: ReadonlyMap<StreamedPart, Lines>,
  listed: ReadonlyMap<string, string>,
): Promise<string | null> {
  const found = new Map<string, string>()
  for (const [name, each] of lines) found.set(name, await each.digest())
  for (const [name, bytes] of files) if (name !== 'manifest.json') found.set(name, sha256(bytes))
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
