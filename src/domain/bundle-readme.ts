import type { ExportKind, ExportScope } from './export-scope.ts'

/** What the README of a bundle is told. It names nobody: that is in the payloads alone. */
export type ReadmeFacts = {
  what: ExportKind
  scope: ExportScope
  aboutOne: boolean
  withPayloads: boolean
  size: number
  entry: number
  destroyBy: string
}

/** `README.txt` of a bundle: in plain words what it proves and what it does not. */
export function readMe(facts: ReadmeFacts): string {
  const { what, withPayloads, entry, destroyBy } = facts
  const paragraphs = [
    opening(facts),
    what === 'ledger' ? wholeProves : partProves,
    withPayloads ? payloadsSaid : payloadsUnsaid,
    `Making this was recorded as entry ${entry}. It is to be destroyed by ${destroyBy}.`,
    '  courtesy ledger verify THIS.zip --key KEY.pub',
    filesOf(facts).join('\n'),
  ]
  return `${paragraphs.join('\n\n')}\n`
}

function opening({ what, scope, aboutOne, size }: ReadmeFacts): string {
  if (what === 'ledger') return `This is the whole ledger of choices, as of entry ${size}.`
  if (what === 'proof') {
    return `This is what one person chose, when, and in which words she was asked: her entries in the ledger of
choices, as of entry ${size}, what they say, and the proof of each.`
  }
  const limits = [
    ...(scope.from === null ? [] : [`from ${scope.from} on`]),
    ...(scope.until === null ? [] : [`before ${scope.until}`]),
    ...(aboutOne ? ['about one person'] : []),
    ...(scope.topic === null ? [] : [`about the topic ${scope.topic}`]),
    ...(scope.campaign === null ? [] : [`that the campaign ${scope.campaign} rests on or led to`]),
  ]
  return `These are some entries of the ledger of choices, as of entry ${size}: those ${limits.join(', ')}.`
}

const wholeProves = `What it proves: whoever holds the public key of this ledger from elsewhere (not the copy in keys.txt) can
check on a machine without network that these entries are the ones that were signed, in this order, none
changed, none missing, none added later; and that each wording named in an entry is the text kept here.
Whoever also holds an older checkpoint of this ledger can prove that nothing before it was rewritten.
What it does not prove: that what was recorded is true, or that something was never recorded.`

const partProves = `What it proves: whoever holds the public key of this ledger from elsewhere (not the copy in keys.txt) can
check on a machine without network that each of these entries is one of those that were signed, in its place,
unchanged; that each wording named in an entry is the text kept here; and that the ledger only grew since the
earlier checkpoints in here.
What it does not prove: that no other entry belongs here too (only the whole ledger shows that), that what was
recorded is true, or that something was never recorded.`

const payloadsSaid = `payloads.jsonl says what the entries mean and names people: keep it as you keep anything about them. Each
payload is checked against its entry. One that is missing was erased, which an entry outlives.`

const payloadsUnsaid = `What the entries say of whom is not in here: they only commit to it.`

function filesOf({ what, withPayloads }: ReadmeFacts): string[] {
  return [
    'entries.jsonl   one entry a line, RFC 8785 JSON; its leaf is SHA-256(0x00 || the line without its line feed)',
    what === 'ledger'
      ? 'leaves.txt      the leaf hash of each entry, in hex'
      : 'proofs.json     of each entry that it is in the tree, and of each earlier signed state that it was continued',
    ...(withPayloads ? ['payloads.jsonl  what each entry commits to, with its salt; absent where it was erased'] : []),
    'checkpoint.txt  the signed state of the tree: C2SP signed note over a tlog-checkpoint (RFC 6962 tree, Ed25519)',
    'checkpoints/    earlier signed states',
    'wordings/       each text that somebody was shown or told, named by the SHA-256 of its bytes',
    'entries.csv     the same for a spreadsheet, where it was asked for; entries.jsonl is the evidence',
    'verify.html     checks this file in a browser without network; a page from elsewhere, or the command, is the better judge',
    'keys/           what was signed about each change of the key, by the key before and the key after it',
    'keys.txt        the public key (vkey), for convenience only: trust the one you were given',
    'manifest.json   the SHA-256 of every other file',
  ]
}
