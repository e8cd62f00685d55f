import { couldNotCheck, notVerified, type Verification } from '../domain/bundle.ts'
import { verifyBundle } from '../domain/verify-bundle.ts'
import { codeOf } from '../store/error-code.ts'
import { readBundle } from '../store/bundle-file.ts'

/**
 * Verifies an exported ledger without network, database or us. `key` is the text of the auditor's own copy of the
 * public key, without which nothing is ever verified; `since` a checkpoint that she kept. Whatever is wrong with the file is part of the answer.
 */
export async function verifyLedger(file: string, key?: string, since?: string): Promise<Verification> {
  try {
    const bundle = await readBundle(file)
    try {
      return await verifyBundle(bundle, { key, since })
    } finally {
      bundle.close()
    }
  } catch (error) {
    if (codeOf(error)?.startsWith('Z_')) {
      return notVerified(0, null, 'the file was damaged or changed: it no longer unpacks')
    }
    return couldNotCheck(error instanceof Error ? error.message : 'the file cannot be read')
  }
}
