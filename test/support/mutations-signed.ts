import { vkeyOf } from '../../src/domain/signed-note.ts'
import { bodies, checkpointOf, origin, owner, stranger } from './bundles.ts'
import {
  all,
  checkpoint,
  drop,
  edit,
  flipped,
  forged,
  nested,
  noteOf,
  otherBodies,
  put,
  resigned,
  rows,
  textOf,
  type Mutation,
} from './tampering.ts'

/** What was signed, and the list of files, tampered with. */
export const signedMutations: readonly Mutation[] = [
  ...rows('whole', 'not verified', [
    [
      'signed by another key of the same name',
      resigned(stranger),
      /checkpoint\.txt: it is not signed by the given key/,
    ],
    [
      'signed by another key, and that put into keys.txt',
      all(resigned(stranger), put('keys.txt', `${vkeyOf(origin, stranger)}\n`)),
      /not signed by the given key/,
    ],
    ['signed for another origin by the owner', resigned(owner, 'another.example/log'), /not signed by the given key/],
    [
      'another origin inside the signed text',
      put(checkpoint, noteOf(checkpointOf(bodies).split('\n\n')[0]!.replace(origin, 'another.example/log') + '\n')),
      /of another log/,
    ],
    [
      'a size that was not signed',
      edit(checkpoint, (text) => text.replace('\n7\n', '\n8\n')),
      /signature by .* is wrong/,
    ],
    ['a size that is too large, signed', put(checkpoint, noteOf(textOf(9))), /ends before entry 8/],
    ['a size that is too small, signed', put(checkpoint, noteOf(textOf(6))), /another root than checkpoint\.txt/],
    [
      'a size with a leading zero, signed',
      put(checkpoint, noteOf(textOf(7).replace('\n7\n', '\n07\n'))),
      /leading zeros/,
    ],
    ['a size as 7.0, signed', put(checkpoint, noteOf(textOf(7).replace('\n7\n', '\n7.0\n'))), /not a whole number/],
    [
      'the root of another tree, signed',
      put(checkpoint, checkpointOf(otherBodies(6, flipped))),
      /another root than checkpoint\.txt/,
    ],
    ['an extension line, signed', put(checkpoint, noteOf(`${textOf(7)}extension\n`)), /exactly three lines/],
    [
      'a root without padding, signed',
      put(checkpoint, noteOf(textOf(7).replace('=', ''))),
      /not the base64 of 32 bytes/,
    ],
    [
      'the signature dropped',
      edit(checkpoint, (text) => text.slice(0, text.indexOf('—'.normalize()) < 0 ? text.indexOf('\n\n') + 2 : 0)),
      /checkpoint\.txt: /,
    ],
    [
      'a bit of the signature flipped',
      edit(checkpoint, (text) => text.replace(/.(?=..=?\n$)/, (one) => (one === 'A' ? 'B' : 'A'))),
      /checkpoint\.txt: /,
    ],
    [
      'CRLF in the checkpoint',
      edit(checkpoint, (text) => text.replaceAll('\n', '\r\n')),
      /checkpoint\.txt: it is not a signed note/,
    ],
    ['a byte order mark before the checkpoint', edit(checkpoint, (text) => `\xef\xbb\xbf${text}`), /checkpoint\.txt: /],
    [
      'an earlier checkpoint of another tree, signed',
      put('checkpoints/5.txt', checkpointOf(forged.slice(0, 5))),
      /another root than checkpoints\/5\.txt; .* 1 to 3 agrees/,
    ],
    [
      'an earlier checkpoint that is larger, signed',
      put('checkpoints/9.txt', checkpointOf([...bodies, ...bodies.slice(0, 2)])),
      /more than checkpoint\.txt/,
    ],
    [
      'an earlier checkpoint by a stranger',
      put('checkpoints/5.txt', checkpointOf(bodies.slice(0, 5), stranger)),
      /checkpoints\/5\.txt: it is not signed/,
    ],
    ['the README altered', put('README.txt', 'Trust me.\n'), /README\.txt is not the file/, { refit: false }],
    ['a file too many', put('extra.txt', 'x'), /extra\.txt is not named in manifest\.json/, { refit: false }],
    ['the README dropped', drop('README.txt'), /README\.txt is missing/, { refit: false }],
    ['an earlier checkpoint dropped', drop('checkpoints/5.txt'), /checkpoints\/5\.txt is missing/, { refit: false }],
    ['the key dropped', drop('keys.txt'), /keys\.txt is missing/, { refit: false }],
    [
      'a key under doubled names in the manifest',
      edit('manifest.json', (text) => text.replace('{"files":{', `{"files":{"README.txt":"${'0'.repeat(64)}",`)),
      /manifest\.json is damaged/,
      { refit: false },
    ],
    ['the manifest nested deeply', put('manifest.json', `${nested}\n`), /manifest\.json is damaged/, { refit: false }],
    [
      'the manifest in upper-case hex',
      edit('manifest.json', (text) => text.replace(/[0-9a-f]{64}/, (hex) => hex.toUpperCase())),
      /manifest\.json is damaged/,
      { refit: false },
    ],
    [
      'a byte order mark before the manifest',
      edit('manifest.json', (text) => `\xef\xbb\xbf${text}`),
      /manifest\.json is damaged/,
      { refit: false },
    ],
    [
      'the manifest with CRLF',
      edit('manifest.json', (text) => text.replace('\n', '\r\n')),
      /manifest\.json is damaged/,
      { refit: false },
    ],
  ]),
]
