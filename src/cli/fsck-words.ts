import type { Fsck } from '../actions/fsck.ts'
import type { SendsAgainst } from '../actions/sends-against-preferences.ts'
import { counted } from './campaign-words.ts'

/** What was found in the stored ledger, in words. */
export function foundInWords({ faults, sends, ...found }: Fsck): string {
  const erased = found.erased > 0 ? ` (what ${found.erased} commit to is erased)` : ''
  return [
    faults.length === 0
      ? `The ledger is whole: ${counted(found.entries, 'entry', 'entries')}${erased}, ${counted(found.checkpoints, 'checkpoint', 'checkpoints')}, ${counted(found.seals, 'seal', 'seals')}.`
      : 'The ledger is not as it was written:',
    ...faults.map(({ reason }) => `  ${reason}`),
    ...(faults.length === 0
      ? [
          `The choices of ${counted(found.people, 'person', 'people')} and ${counted(found.deliveries, 'delivery', 'deliveries')} are as it says.`,
        ]
      : []),
    ...(sends === null ? ['Sends against preferences: the record is too damaged to tell.'] : sendsInWords(sends)),
  ].join('\n')
}

function sendsInWords({ checked, against, couldNotCheck, first }: SendsAgainst): string[] {
  const erased = couldNotCheck > 0 ? `; ${couldNotCheck} could not be checked, their record is erased` : ''
  return [
    `Sends against preferences: ${against} of ${checked}${erased}.`,
    ...first.map((one) => `  delivery ${one.delivery} at ${one.at}: ${one.verdict}, ${one.reason}`),
  ]
}
