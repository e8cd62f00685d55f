import { join, resolve } from 'node:path'
import type { Config } from './config.ts'

/** The keyring; without it nothing that was signed, linked or fingerprinted fits. */
export function keyringPath(config: Config): string {
  return config.secretKeyFile ?? join(resolve(config.dataDir), 'keyring.json')
}

/** Each stop and erasure, beside the database: a backup that comes back undoes none of them. */
export function noListPath(config: Config): string {
  return join(resolve(config.dataDir), 'no-list')
}

/** The newest signed state of the ledger, beside the database: a database that goes back is noticed. */
export function highWaterPath(config: Config): string {
  return join(resolve(config.dataDir), 'high-water')
}
