import { bodies, wholeOf } from './bundles.ts'
import {
  disguise,
  edit,
  editLine,
  editLines,
  entries,
  flipped,
  forged,
  nested,
  rows,
  signedWith,
  swapped,
  twice,
  without,
  type Mutation,
} from './tampering.ts'

/** The entries and leaves of a whole ledger tampered with, by a stranger and by the owner of the key. */
export const entriesMutations: readonly Mutation[] = [
  ...rows('whole', 'not verified', [
    ['a bit of an entry flipped', editLine(entries, 3, flipped), /entry 3 do not hash/, { refit: false }],
    ['a bit of an entry flipped, manifest made to fit', editLine(entries, 3, flipped), /entry 3 do not hash/],
    ['a bit of a leaf flipped', editLine('leaves.txt', 3, flipped), /entry 3 do not hash/],
    ['an entry rewritten with its leaf', disguise(wholeOf(forged)), /another root than checkpoints\/3\.txt/],
    ['the last entry dropped with its leaf', disguise(wholeOf(bodies.slice(0, 6))), /ends before entry 7/],
    ['the first entry dropped with its leaf', disguise(wholeOf(bodies.slice(1))), /place 1 calls itself 2/],
    ['an entry in the middle dropped with its leaf', disguise(wholeOf(without(4)(bodies))), /place 4 calls itself 5/],
    ['two entries swapped with their leaves', disguise(wholeOf(swapped(4, 5)(bodies))), /place 4 calls itself 5/],
    ['an entry doubled with its leaf', disguise(wholeOf(twice(4)(bodies))), /place 5 calls itself 4/],
    ['an entry added at the end', disguise(wholeOf([...bodies, bodies[6] ?? ''])), /entry 8 is beyond the 7/],
    ['the entries cut off within a line', edit(entries, (text) => text.slice(0, -20)), /entry 7 does not end/],
    ['the leaves cut off within a line', edit('leaves.txt', (text) => text.slice(0, -20)), /entry 7 do not hash/],
    ['a leaf dropped', editLines('leaves.txt', without(7)), /entry 7 do not hash/],
    [
      'a leaf too many',
      edit('leaves.txt', (text) => `${text}${'0'.repeat(64)}\n`),
      /more lines than there are entries/,
    ],
    ['a leaf in upper-case hex', editLine('leaves.txt', 2, (line) => line.toUpperCase()), /entry 2 do not hash/],
    [
      'an empty line among the entries',
      editLines(entries, (lines) => [...lines.slice(0, 2), '', ...lines.slice(2)]),
      /entry 3 do not hash/,
    ],
    ['CRLF in the entries', edit(entries, (text) => text.replaceAll('\n', '\r\n')), /entry 1 do not hash/],
    ['a byte order mark before the entries', edit(entries, (text) => `\xef\xbb\xbf${text}`), /entry 1 do not hash/],
  ]),
  ...rows('whole', 'not verified', [
    [
      'number as 2.0, signed',
      signedWith((line) => line.replace('"number":2', '"number":2.0')),
      /entry 2: it is not the one canonical line/,
    ],
    [
      'number as text, signed',
      signedWith((line) => line.replace('"number":2', '"number":"2"')),
      /entry 2: it is not the one canonical line/,
    ],
    [
      'the commitment in upper-case hex, signed',
      signedWith((line) => line.replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase())),
      /entry 2: it is not the one canonical line/,
    ],
    [
      'a key twice in an entry, signed',
      signedWith((line) => line.replace('"v":1', '"v":1,"v":1')),
      /entry 2: it is not the one canonical line/,
    ],
    [
      'a member too many in an entry, signed',
      signedWith((line) => line.replace('}', ',"x":1}')),
      /entry 2: it is not the one canonical line/,
    ],
    [
      'a space in an entry, signed',
      signedWith((line) => line.replace(',"kind"', ', "kind"')),
      /entry 2: it is not the one canonical line/,
    ],
    [
      'an entry nested deeply, signed',
      signedWith((line) => line.replace('[1]', '['.repeat(20_000) + ']'.repeat(20_000))),
      /entry 2: it is not the one canonical line/,
    ],
    ['an entry longer than a line may be, signed', signedWith((line) => line.replace('[1]', nested)), /entry 2/],
    ['topics out of order, signed', signedWith((line) => line.replace('[1]', '[4,1]')), /entry 2: its topics/],
    [
      'a time before that of the entry before, signed',
      signedWith((line) => line.replace('2026-11-21', '2026-11-20')),
      /entry 2 is older/,
    ],
    [
      'a day that does not exist, signed',
      signedWith((line) => line.replace('2026-11-21', '2026-02-30')),
      /is not a time/,
    ],
    [
      'a wording that is not there, signed',
      signedWith((line) => line.replace(/"wording":".{64}"/, `"wording":"${'0'.repeat(64)}"`)),
      /which entry 2 names, is missing/,
    ],
  ]),
]
