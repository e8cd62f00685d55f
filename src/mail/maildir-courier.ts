import { mkdirSync } from 'node:fs'
import { rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { assertEnvelope, type Courier, type Outcome, type Parcel, type Terms } from './courier.ts'
import { recalled, whyBarred } from './outcomes.ts'

/**
 * Puts mail into a Maildir instead of sending it, for trying out: any mail program reads it. A file appears in `new`
 * whole or not at all, and its coming there is what a final dot is elsewhere. It has no destinations to spare.
 * @param folder is made where it is missing.
 */
export function maildirCourier(folder: string): Courier {
  for (const part of ['tmp', 'new', 'cur']) mkdirSync(join(folder, part), { recursive: true })
  return {
    batch: 250,
    deliver: (parcels, terms) => Promise.all(parcels.map((parcel) => put(folder, parcel, terms))),
    close: async () => undefined,
  }
}

async function put(folder: string, parcel: Parcel, terms: Terms): Promise<Outcome> {
  const barred = whyBarred(parcel, terms)
  if (barred) return barred
  const name = `${Math.floor(Date.now() / 1000)}.${parcel.delivery}.courtesy`
  try {
    assertEnvelope(parcel)
    await writeFile(join(folder, 'tmp', name), parcel.mime, { encoding: 'latin1', flag: 'wx' })
    if (terms.recalled(parcel.delivery)) {
      await rm(join(folder, 'tmp', name))
      return recalled(parcel)
    }
    await rename(join(folder, 'tmp', name), join(folder, 'new', name))
    return { delivery: parcel.delivery, kind: 'sent', reply: null, reached: true }
  } catch (error) {
    const reply = `the mailbox could not be written (${(error as NodeJS.ErrnoException).code})`
    return { delivery: parcel.delivery, kind: 'deferred', reply, reached: false }
  }
}
