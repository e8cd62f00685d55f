import type { Verification } from '../domain/bundle.ts'
import { numberText } from './campaign-words.ts'

/** A verdict in words: one of three, what it rests on, and what it leaves open. */
export function verificationInWords(result: Verification): string {
  const { entries, size, firstBadEntry, reason } = result
  switch (result.verdict) {
    case 'verified':
      return entries === size
        ? `Verified. All ${numberText(entries)} entries are as they were signed, in this order, none missing.${payloadsIn(result)}`
        : `Verified. ${entries === 1 ? 'The entry is one' : `Each of the ${numberText(entries)} entries is one`} of the ${numberText(size)} that were signed, unchanged. Whether others belong with them a part cannot show.${payloadsIn(result)}`
    case 'not verified':
      return `Not verified: ${reason}${firstBadEntry === null || reason?.includes('not proven') ? '' : `. Everything from entry ${numberText(firstBadEntry)} on is in doubt`}.`
    case 'could not check':
      return `Could not check: ${reason}.`
  }
}

function payloadsIn({ payloads }: Verification): string {
  if (payloads === 0) return ''
  return ` ${payloads === 1 ? 'One payload is' : `${numberText(payloads)} payloads are`} what the entries were made for; the others are not in here, or were erased.`
}
