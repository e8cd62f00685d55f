import { bodies } from './bundles.ts'
import {
  all,
  checkpoint,
  drop,
  edit,
  editLine,
  editLines,
  entries,
  nested,
  rows,
  swapped,
  twice,
  without,
  wordingsIn,
  type Mutation,
} from './tampering.ts'

const payloads = 'payloads.jsonl'

/** Payloads and the table for spreadsheets tampered with, and the proof that one person is given. */
export const payloadsMutations: readonly Mutation[] = [
  ...rows('payloads', 'verified', [
    [
      'a payload missing, as after an erasure',
      all(
        editLines(payloads, without(2)),
        edit('entries.csv', (text) => text.replace(/(\n2,(?:[^,]*,){5})[^\r]*/, '$1')),
      ),
      null,
    ],
    ['all payloads missing', all(drop(payloads), drop('entries.csv')), null],
  ]),
  ...rows('payloads', 'not verified', [
    [
      'a payload altered',
      editLine(payloads, 2, (line) => line.replace('"1":"yes"', '"1":"no"')),
      /payload of entry 2, or its salt, is not what/,
    ],
    [
      'a payload altered in its UTF-8',
      editLine(payloads, 2, (line) => line.replace('\xc3\xa9', '\xc3\xa8')),
      /payload of entry 2/,
    ],
    [
      'a salt altered',
      editLine(payloads, 2, (line) => line.replace(/02"\}$/, '03"}')),
      /payload of entry 2, or its salt, is not what/,
    ],
    [
      'a salt in upper-case hex',
      edit(payloads, (text) => text.replace(/"salt":"(03)+"/, (salt) => salt.replace('03', '0A'))),
      /not \{"number"/,
    ],
    ['a salt cut short', editLine(payloads, 2, (line) => line.replace(/02"\}$/, '"}')), /not \{"number"/],
    [
      'the payloads of two entries exchanged',
      editLines(payloads, (lines) =>
        lines.map((line, index) =>
          index === 1
            ? (lines[2] ?? '').replace('"number":3', '"number":2')
            : index === 2
              ? (lines[1] ?? '').replace('"number":2', '"number":3')
              : line,
        ),
      ),
      /payload of entry 2/,
    ],
    [
      'two payloads out of order',
      all(drop('entries.csv'), editLines(payloads, swapped(2, 3))),
      /out of order, doubled/,
    ],
    ['a payload doubled', editLines(payloads, twice(2)), /entry 2 that is out of order, doubled/],
    [
      'a payload for an entry that is not there',
      all(
        drop('entries.csv'),
        editLine(payloads, 6, (line) => line.replace('"number":7', '"number":70')),
      ),
      /entry 70 that is out of order/,
    ],
    [
      'a payload with a space',
      editLine(payloads, 2, (line) => line.replace('"person":', '"person": ')),
      /not in canonical form/,
    ],
    [
      'a payload with a key twice',
      editLine(payloads, 2, (line) => line.replace('"note":', '"note":"a","note":')),
      /not in canonical form/,
    ],
    [
      'a payload nested deeply',
      editLine(payloads, 2, (line) => line.replace(/"payload":.*,"salt"/, `"payload":${nested},"salt"`)),
      /payload of entry 2/,
    ],
    [
      'the number of a payload as 2.0',
      editLine(payloads, 2, (line) => line.replace('"number":2', '"number":2.0')),
      /not \{"number"/,
    ],
    [
      'a payload line with a member too many',
      editLine(payloads, 2, (line) => line.replace(/\}$/, ',"x":1}')),
      /not \{"number"/,
    ],
    ['CRLF in the payloads', edit(payloads, (text) => text.replaceAll('\n', '\r\n')), /not \{"number"/],
    ['a byte order mark before the payloads', edit(payloads, (text) => `\xef\xbb\xbf${text}`), /not \{"number"/],
    ['payloads that are no UTF-8', editLine(payloads, 2, (line) => line.replace('\xc3\xa9', '\xc3')), /no UTF-8/],
    ['the payloads cut off within a line', edit(payloads, (text) => text.slice(0, -10)), /does not end in a line feed/],
    [
      'a file of payloads dropped',
      drop(payloads),
      /entries\.csv does not say|payloads\.jsonl is missing/,
      { refit: false },
    ],
    [
      'a row of the table altered',
      edit('entries.csv', (text) => text.replace(/\n3,/, '\n4,')),
      /entries\.csv does not say of entry 3/,
    ],
    [
      'a payload in the table altered',
      edit('entries.csv', (text) => text.replace('2026-12-24', '2026-12-25')),
      /entries\.csv does not say of entry 5/,
    ],
    [
      'a row of the table dropped',
      edit('entries.csv', (text) => text.replace(/\n3,[^\n]*/, '')),
      /entries\.csv does not say of entry 3/,
    ],
    ['a row of the table added', edit('entries.csv', (text) => `${text}8,x\r\n`), /more rows than there are entries/],
    ['another head of the table', edit('entries.csv', (text) => text.replace('number', 'nr')), /another first row/],
  ]),

  ...rows('proof', 'not verified', [
    ['a payload of a proof altered', editLine(payloads, 1, (line) => line.replace('Ada', 'Eva')), /payload of entry 2/],
    [
      'a salt of a proof altered',
      editLine(payloads, 1, (line) => line.replace(/02"\}$/, '03"}')),
      /payload of entry 2/,
    ],
    [
      'an entry of a proof put in the place of another',
      editLine(entries, 1, () => bodies[2] ?? ''),
      /place 2 calls itself 3/,
    ],
    [
      'a payload of somebody else put into a proof',
      editLine(payloads, 1, (line) => line.replace('"number":2', '"number":3')),
      /entry 3 that is out of order/,
    ],
    ['a wording of a proof dropped', (files) => drop(wordingsIn(files)[1] ?? '')(files), /is missing from the bundle/],
    [
      'a proof without its signature',
      edit(checkpoint, (text) => text.slice(0, text.indexOf('\n\n') + 1)),
      /not a signed note/,
    ],
  ]),
]
