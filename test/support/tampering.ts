import { signNote } from '../../src/domain/signed-note.ts'
import { bodies, checkpointOf, origin, owner, wholeOf, type BundleName, type Files } from './bundles.ts'

/**
 * One way to tamper with a valid bundle. `change` gives other files, or the bytes of another zip; where `refit` is left
 * out the manifest is made to fit afterwards, as a forger would. `reason` matches what a verifier has to say; `trusts` is
 * what whoever verifies brought along, the owner's key where it is left out, `null` for no key.
 */
export type Mutation = {
  name: string
  bundle: BundleName
  change(files: Files): Files | Promise<Buffer>
  refit?: false
  trusts?: { key: string | null; since?: string }
  verdict: 'verified' | 'not verified' | 'could not check'
  reason: RegExp | null
}

export const entries = 'entries.jsonl'
export const checkpoint = 'checkpoint.txt'
export const nested = '['.repeat(100_000) + ']'.repeat(100_000)

function latin1(bytes: Buffer | undefined): string {
  return bytes?.toString('latin1') ?? ''
}

/** Changes the bytes of one file; a change that changes nothing is an error of the table. */
export function edit(name: string, change: (text: string) => string): (files: Files) => Files {
  return (files) => {
    const text = latin1(files.get(name))
    const changed = change(text)
    if (changed === text) throw new Error(`${name} was to be changed`)
    return new Map([...files, [name, Buffer.from(changed, 'latin1')]])
  }
}

export const put = (name: string, text: string | Buffer) => (files: Files) =>
  new Map([...files, [name, Buffer.from(text)]])
export const drop = (name: string) => (files: Files) => new Map([...files].filter(([other]) => other !== name))
export const all =
  (...changes: ((files: Files) => Files)[]) =>
  (files: Files) =>
    changes.reduce((changed, change) => change(changed), files)

/** Changes the lines of one file, each without its line feed. */
export const editLines = (name: string, change: (lines: string[]) => string[]) =>
  edit(name, (text) => {
    const changed = change(text.split('\n').slice(0, -1))
    return changed.length === 0 ? '' : `${changed.join('\n')}\n`
  })
export const editLine = (name: string, number: number, change: (line: string) => string) =>
  editLines(name, (lines) => lines.map((line, index) => (index === number - 1 ? change(line) : line)))
export const without = (number: number) => (lines: string[]) => lines.filter((_, index) => index !== number - 1)
export const twice = (number: number) => (lines: string[]) =>
  lines.flatMap((line, index) => (index === number - 1 ? [line, line] : [line]))
export const swapped = (one: number, other: number) => (lines: string[]) =>
  lines.map((line, index) => (index === one - 1 ? lines[other - 1] : index === other - 1 ? lines[one - 1] : line) ?? '')
export const flipped = (text: string) => text.replace(/[0-9a-f](?=[^0-9a-f]*$)/, (digit) => (digit === '0' ? '1' : '0'))

/** The same log with one line another, as its owner could have written it; signed only where that is said. */
export const otherBodies = (number: number, change: (line: string) => string) =>
  bodies.map((line, index) => (index === number - 1 ? change(line) : line))
export const forged = otherBodies(3, (line) => line.replace('"given"', '"changed"'))
/** All files of another log's bundle but what the owner signed. */
export const disguise = (other: Files) => (files: Files) =>
  new Map([...other, ...[...files].filter(([name]) => name.startsWith('checkpoint'))])
/** As the owner would have signed this for entry 2. */
export const signedWith = (change: (line: string) => string) => () => wholeOf(otherBodies(2, change))

export const resigned = (by: typeof owner, name = origin) => put(checkpoint, checkpointOf(bodies, by, name))
export const noteOf = (text: string) => signNote(text, origin, owner)
export const textOf = (size: number) => {
  const [, , root = ''] = checkpointOf(bodies).split('\n')
  return `${origin}\n${size}\n${root}\n`
}

type Row = readonly [name: string, change: Mutation['change'], reason: RegExp | null, more?: Partial<Mutation>]

/** Rows that share what is tampered with and what has to be said of it. */
export function rows(bundle: BundleName, verdict: Mutation['verdict'], list: readonly Row[]): Mutation[] {
  return list.map(([name, change, reason, more = {}]) => ({ name, bundle, change, verdict, reason, ...more }))
}

/** The files that hold what people were shown. */
export const wordingsIn = (files: Files) => [...files.keys()].filter((name) => name.startsWith('wordings/'))
export const untouched = (files: Files) => files
