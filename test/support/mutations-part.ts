import { bodies, checkpointOf, ownersKey, partOf, refitted, stranger } from './bundles.ts'
import {
  all,
  checkpoint,
  disguise,
  drop,
  edit,
  editLine,
  editLines,
  entries,
  flipped,
  forged,
  nested,
  noteOf,
  otherBodies,
  put,
  resigned,
  rows,
  swapped,
  textOf,
  twice,
  untouched,
  without,
  wordingsIn,
  type Mutation,
} from './tampering.ts'

const proofs = 'proofs.json'
const anotherTree = partOf(otherBodies(2, flipped), [1, 3, 4, 7], { table: true })

/** Some entries of a ledger tampered with, and their proofs. The consistency proofs are lines 2 and 3, those of entries 1, 3, 4 and 7 lines 5 to 8. */
export const partMutations: readonly Mutation[] = [
  ...rows('part', 'not verified', [
    [
      'an entry of a part altered',
      editLine(entries, 2, (line) => line.replace('"given"', '"changed"')),
      /entry 3 is not proven/,
    ],
    [
      'a hash of a proof flipped',
      editLine(proofs, 6, (line) => line.replace(/\["./, (one) => (one === '["0' ? '["1' : '["0'))),
      /entry 3 is not proven/,
    ],
    ['the proofs of two entries exchanged', editLines(proofs, swapped(6, 7)), /calls itself/],
    [
      'the hashes of two proofs exchanged',
      editLines(proofs, (lines) => {
        const hashes = (line = '') => /\[.*\]/.exec(line)?.[0] ?? ''
        const [one, other] = [hashes(lines[5]), hashes(lines[6])]
        return lines.map((line, index) =>
          index === 5 ? line.replace(one, other) : index === 6 ? line.replace(other, one) : line,
        )
      }),
      /entry 3 is not proven/,
    ],
    [
      'the index of a proof altered',
      editLine(proofs, 6, (line) => line.replace('"index":2', '"index":3')),
      /place 4 calls itself 3/,
    ],
    [
      'an index as 2.0',
      editLine(proofs, 6, (line) => line.replace('"index":2', '"index":2.0')),
      /proofs\.json is not laid out/,
    ],
    ['a proof dropped', editLines(proofs, without(6)), /place 4 calls itself 3/],
    [
      'the last proof dropped',
      editLines(proofs, (lines) => [...lines.slice(0, 6), (lines[6] ?? '').slice(0, -1), ']}']),
      /no proof for the last lines/,
    ],
    ['an entry dropped, its proof left', editLines(entries, without(2)), /place 3 calls itself 4/],
    ['the last entry dropped, its proof left', editLines(entries, without(4)), /ends before entry 7/],
    [
      'two entries swapped with their proofs',
      all(drop('entries.csv'), editLines(entries, swapped(2, 3)), editLines(proofs, swapped(6, 7))),
      /older than the one before|comes after/,
    ],
    [
      'an entry doubled with its proof',
      all(editLines(entries, twice(2)), editLines(proofs, twice(6))),
      /entry 3 comes after entry 3/,
    ],
    ['proofs of another tree', put(proofs, anotherTree.get(proofs) ?? ''), /not continued|not proven/],
    ['entries and proofs of another tree', disguise(anotherTree), /not continued|not proven/],
    [
      'a signed state of another tree',
      put(checkpoint, checkpointOf(otherBodies(2, flipped))),
      /checkpoints\/3\.txt is not continued/,
    ],
    ['a size too large, signed', put(checkpoint, noteOf(textOf(8))), /not continued|not proven/],
    ['a part signed by another key', resigned(stranger), /not signed by the given key/],
    [
      'a consistency proof altered',
      editLine(proofs, 2, (line) => line.replace(/\["./, (one) => (one === '["0' ? '["1' : '["0'))),
      /checkpoints\/3\.txt is not continued/,
    ],
    [
      'two consistency proofs of one size',
      editLine(proofs, 3, (line) => line.replace('"size":5', '"size":3')),
      /not laid out/,
    ],
    [
      'proofs in upper-case hex',
      editLine(proofs, 6, (line) => line.replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase())),
      /not laid out/,
    ],
    [
      'a key twice in a proof',
      editLine(proofs, 6, (line) => line.replace('{"hashes"', '{"hashes":[],"hashes"')),
      /not laid out/,
    ],
    ['a proof nested deeply', editLine(proofs, 6, (line) => line.replace(/\[.*\]/, nested)), /not laid out/],
    [
      'a member too many in a proof',
      editLine(proofs, 6, (line) => line.replace('"index":2', '"index":2,"x":1')),
      /not laid out/,
    ],
    ['a space in a proof', editLine(proofs, 6, (line) => line.replace('"index":2', '"index": 2')), /not laid out/],
    ['a comma after the last proof', editLine(proofs, 8, (line) => `${line},`), /not laid out/],
    ['a comma missing between proofs', editLine(proofs, 6, (line) => line.slice(0, -1)), /not laid out/],
    ['something after the proofs', edit(proofs, (text) => `${text}x\n`), /not laid out/],
    ['the proofs cut off', edit(proofs, (text) => text.slice(0, -3)), /not laid out/],
    ['CRLF in the proofs', edit(proofs, (text) => text.replaceAll('\n', '\r\n')), /not laid out/],
    ['a byte order mark before the proofs', edit(proofs, (text) => `\xef\xbb\xbf${text}`), /not laid out/],
    [
      'a wording of a part altered',
      (files) => edit(wordingsIn(files)[0] ?? '', (text) => text.replace('repairs', 'offers'))(files),
      /has been altered/,
    ],
    [
      'a row of a part’s table altered',
      edit('entries.csv', (text) => text.replace('given', 'changed')),
      /entries\.csv does not say of entry 3/,
    ],
    [
      'nothing, but the checkpoint that was kept is of another past (part)',
      untouched,
      /your earlier checkpoint is not continued/,
      { trusts: { key: ownersKey, since: checkpointOf(forged.slice(0, 5)) } },
    ],
  ]),
  ...rows('part', 'could not check', [
    [
      'the proofs dropped',
      (files) => refitted(drop(proofs)(files), 'part'),
      /proofs\.json is missing/,
      { refit: false },
    ],
    ['a part called whole', (files) => refitted(files, 'whole'), /leaves\.txt is missing/, { refit: false }],
    [
      'a consistency proof dropped',
      editLines(proofs, (lines) => [lines[0] ?? '', lines[2] ?? '', ...lines.slice(3)]),
      /no proof that checkpoint\.txt continues checkpoints\/3\.txt/,
    ],
    [
      'no entries left',
      all(
        put(entries, ''),
        editLines(proofs, (lines) => [...lines.slice(0, 4), ']}']),
        edit('entries.csv', (text) => text.slice(0, text.indexOf('\n') + 1)),
      ),
      /holds no entries/,
    ],
    [
      'nothing, but the checkpoint that was kept has no proof in it',
      untouched,
      /exported with --since/,
      { trusts: { key: ownersKey, since: checkpointOf(bodies.slice(0, 4)) } },
    ],
  ]),
  ...rows('part', 'verified', [
    [
      'an entry dropped with its proof and row, which a part cannot show',
      all(
        editLines(entries, without(2)),
        editLines(proofs, without(6)),
        edit('entries.csv', (text) => text.replace(/\n3,[^\n]*/, '')),
      ),
      null,
    ],
    [
      'nothing, and the checkpoint that was kept is one that it proves',
      untouched,
      null,
      { trusts: { key: ownersKey, since: checkpointOf(bodies.slice(0, 5)) } },
    ],
    [
      'nothing, and the checkpoint that was kept is the newest',
      untouched,
      null,
      { trusts: { key: ownersKey, since: checkpointOf(bodies) } },
    ],
  ]),
]
