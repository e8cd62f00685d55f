import { crc32 } from 'node:zlib'
import { vkeyOf } from '../../src/domain/signed-note.ts'
import { checkpointOf, origin, ownersKey, refitted, stranger, zipOf } from './bundles.ts'
import {
  all,
  checkpoint,
  drop,
  edit,
  editLine,
  entries,
  flipped,
  forged,
  put,
  resigned,
  rows,
  untouched,
  wordingsIn,
  type Mutation,
} from './tampering.ts'

/** Wordings, whole files and the zip itself tampered with, and what whoever verifies brought along. */
export const filesMutations: readonly Mutation[] = [
  ...rows('whole', 'not verified', [
    [
      'a wording altered',
      (files) => edit(wordingsIn(files)[0] ?? '', (text) => text.replace('repairs', 'offers'))(files),
      /names, has been altered/,
      { refit: false },
    ],
    [
      'a wording altered, manifest made to fit',
      (files) => edit(wordingsIn(files)[0] ?? '', (text) => text.replace('repairs', 'offers'))(files),
      /entry 1 names, has been altered/,
    ],
    [
      'a wording dropped, manifest made to fit',
      (files) => drop(wordingsIn(files)[0] ?? '')(files),
      /entry 1 names, is missing/,
    ],
    [
      'two wordings swapped',
      (files) => {
        const [one = '', other = ''] = wordingsIn(files)
        return new Map([...files, [one, files.get(other) ?? Buffer.of()], [other, files.get(one) ?? Buffer.of()]])
      },
      /entry 1 names, has been altered/,
    ],
    [
      'a wording with CRLF',
      (files) => edit(wordingsIn(files)[0] ?? '', (text) => text.replace('\n', '\r\n'))(files),
      /has been altered/,
    ],
    [
      'a wording added under a name that it does not have',
      put(`wordings/${'0'.repeat(64)}.html`, 'x'),
      /has been altered/,
    ],
    [
      'a byte of the packed data flipped',
      async (files) => {
        const zip = await zipOf(files)
        // Behind the local header of the first file (30 bytes and its name) its data begins.
        const at = 30 + zip.readUInt16LE(26) + zip.readUInt16LE(28) + 20
        zip[at] = (zip[at] ?? 0) ^ 0xff
        return zip
      },
      /no longer unpacks|is not the file|cannot be read/,
    ],
    [
      'an entry altered, and no key was brought',
      editLine(entries, 3, flipped),
      /entry 3 do not hash/,
      { trusts: { key: null } },
    ],
    [
      'nothing, but the checkpoint that was kept is of another past',
      untouched,
      /your earlier checkpoint/,
      { trusts: { key: ownersKey, since: checkpointOf(forged.slice(0, 4)) } },
    ],
  ]),

  ...rows('whole', 'could not check', [
    ['the checkpoint dropped', drop(checkpoint), /checkpoint\.txt is missing/],
    ['the manifest dropped', drop('manifest.json'), /manifest\.json is missing/, { refit: false }],
    ['the entries dropped', drop(entries), /entries\.jsonl is missing/],
    ['the leaves dropped', drop('leaves.txt'), /leaves\.txt is missing/],
    [
      'a format of another day',
      edit('manifest.json', (text) => text.replace('bundle/1', 'bundle/9')),
      /courtesy-ledger-bundle\/9/,
      { refit: false },
    ],
    ['called a part that it is not', (files) => refitted(files, 'part'), /proofs\.json is missing/, { refit: false }],
    [
      'all of it by somebody else, with their key in it, and no key was brought',
      all(
        resigned(stranger),
        drop('checkpoints/3.txt'),
        drop('checkpoints/5.txt'),
        put('keys.txt', `${vkeyOf(origin, stranger)}\n`),
      ),
      /came in the same file/,
      { trusts: { key: null } },
    ],
    ['no key in it, and none was brought', drop('keys.txt'), /no key was given/, { trusts: { key: null } }],
    ['a damaged key was brought', untouched, /holds no vkey/, { trusts: { key: 'no key\n' } }],
    ['the zip cut off', async (files) => (await zipOf(files)).subarray(0, -30), /cannot be read as a bundle/],
    [
      'the end of the zip zeroed',
      async (files) => {
        const zip = await zipOf(files)
        return zip.fill(0, zip.length - 22)
      },
      /cannot be read as a bundle/,
    ],
    ['no zip at all', async () => Buffer.from('Trust me.\n'), /cannot be read as a bundle/],
    ['an empty file', async () => Buffer.of(), /cannot be read as a bundle/],
    [
      'one file twice in the zip',
      async (files) => zipOf([...files, [entries, files.get(entries) ?? Buffer.of()]]),
      /holds entries\.jsonl twice/,
    ],
    [
      'a path that leads out of the zip',
      async (files) => {
        const zip = await zipOf([...files, ['aa/evil.txt', Buffer.from('x')]])
        return Buffer.from(zip.toString('latin1').replaceAll('aa/evil.txt', '../evil.txt'), 'latin1')
      },
      /cannot be read as a bundle/,
    ],
    [
      'a name that readers read in two ways',
      async (files) => {
        const zip = await zipOf(refitted(new Map([...files, ['Größe.txt', Buffer.from('x')]])))
        // Without this flag the letters are those of an old code page.
        for (let at = zip.indexOf(fileInDirectory); at >= 0; at = zip.indexOf(fileInDirectory, at + 4)) {
          zip.writeUInt16LE(zip.readUInt16LE(at + 8) & ~0x0800, at + 8)
        }
        return zip
      },
      /no plain name/,
    ],
    ['another name beside the first', async (files) => renamed(await zipOf(files), 'other.txt'), /no plain name/],
  ]),

  ...rows('whole', 'verified', [['a file called __proto__', put('__proto__', 'x'), null]]),
]

const fileInDirectory = Buffer.from('504b0102', 'hex')

/** The zip with a second name for its first file, in an extra field that some readers go by. */
function renamed(zip: Buffer, name: string): Buffer {
  const at = zip.indexOf(fileInDirectory)
  const end = at + 46 + zip.readUInt16LE(at + 28)
  const extra = Buffer.alloc(9 + name.length)
  extra.writeUInt16LE(0x7075, 0)
  extra.writeUInt16LE(5 + name.length, 2)
  extra.writeUInt8(1, 4)
  extra.writeUInt32LE(crc32(zip.subarray(at + 46, end)), 5)
  extra.write(name, 9)
  const changed = Buffer.concat([zip.subarray(0, end), extra, zip.subarray(end)])
  changed.writeUInt16LE(zip.readUInt16LE(at + 30) + extra.length, at + 30)
  const tail = changed.length - 22
  changed.writeUInt32LE(changed.readUInt32LE(tail + 12) + extra.length, tail + 12)
  return changed
}
