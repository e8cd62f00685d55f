import type { Keyring } from '../domain/keyring.ts'
import type { No } from '../domain/no-list.ts'
import type { Courier } from '../mail/courier.ts'
import type { Sign } from '../mail/dkim.ts'
import type { Database } from '../store/database.ts'

/** What every action stands on, opened once by the composition root and passed first. */
export type House = {
  database: Database
  keys: Keyring
  /** Carries topic mail. */
  courier: Courier
  /** Carries service mail, over connections of its own: nothing that happens to topic mail holds it up. */
  serviceCourier: Courier
  /** Signs every mail before it leaves; null where no key is set. */
  sign: Sign | null
  /** Keeps each stop and erasure where a restored backup of the database cannot undo it. Appending never fails; reading gives them in their order. */
  noList: { append(noes: readonly No[]): Promise<void>; read(): AsyncIterable<readonly No[]> }
  /** The newest signed state of the ledger that this machine knows of, where no database administrator reaches it. */
  highWater: { read(): Promise<string | null>; write(note: string): Promise<void> }
  /** What is missing before topic mail may go to the relay that is set, in words; empty when it may. */
  missingForRelay: readonly string[]
  /** What customers' links start with, without a slash at the end. */
  publicUrl: string
  /** Tells the log what went wrong where nobody waits for the answer; never with personal data. */
  warn(message: string): void
}
