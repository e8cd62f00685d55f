import { bundles, refitted, zipOf, type BundleName } from './bundles.ts'
import { entriesMutations } from './mutations-entries.ts'
import { filesMutations } from './mutations-files.ts'
import { partMutations } from './mutations-part.ts'
import { payloadsMutations } from './mutations-payloads.ts'
import { signedMutations } from './mutations-signed.ts'
import { rows, untouched, type Mutation } from './tampering.ts'

const names: readonly BundleName[] = ['whole', 'payloads', 'part', 'proof']

/** Every way to tamper with a bundle that a verifier is held to, and bundles that nobody tampered with. */
export const mutations: readonly Mutation[] = [
  ...names.flatMap((bundle) => rows(bundle, 'verified', [[`nothing (${bundle})`, untouched, null]])),
  ...names.flatMap((bundle) =>
    rows(bundle, 'could not check', [
      [`nothing, and no key was brought (${bundle})`, untouched, /came in the same file/, { trusts: { key: null } }],
    ]),
  ),
  ...entriesMutations,
  ...signedMutations,
  ...filesMutations,
  ...payloadsMutations,
  ...partMutations,
]

/** The zip of a row. */
export async function mutated({ bundle, change, refit }: Mutation): Promise<Buffer> {
  const files = bundles[bundle]
  const changed = await change(files)
  if (Buffer.isBuffer(changed)) return changed
  const isForged = refit !== false && changed !== files && changed.has('manifest.json')
  return zipOf(isForged ? refitted(changed) : changed)
}
