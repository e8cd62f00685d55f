import { z } from 'zod'
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'

/**
 * `manifest.json` of an exported ledger: the SHA-256 of every other file. It finds accidents and names the damaged
 * file; the proof is the signed checkpoint. The format says whether the bundle holds every entry up to its checkpoint
 * (`whole`), or some of them, each with a proof of its own (`part`).
 */
export const bundleFormats = { whole: 'courtesy-ledger-bundle/1', part: 'courtesy-ledger-part/1' } as const
export type BundleExtent = keyof typeof bundleFormats

const listedHashes = z.array(z.string().regex(/^[0-9a-f]{64}$/))
/** Taken as it is: a record made anew would lose a file called `__proto__`. */
const listedFiles = z.custom<Record<string, string>>(
  (value) =>
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    listedHashes.safeParse(Object.values(value)).success,
)
const manifestShape = z.strictObject({
  files: listedFiles,
  format: z.string(),
})

/** The text of a manifest: canonical JSON and a line feed. @param hashes SHA-256 in hex by path in the bundle */
export function manifestText(hashes: ReadonlyMap<string, string>, extent: BundleExtent = 'whole'): string {
  return `${canonicalJson({ files: Object.fromEntries(hashes), format: bundleFormats[extent] })}\n`
}

/** Reads a manifest; `unknown-format` when a later version of us wrote the bundle. */
export function parseManifest(
  text: string,
):
  | { kind: 'manifest'; hashes: ReadonlyMap<string, string>; extent: BundleExtent }
  | { kind: 'unknown-format'; format: string }
  | { kind: 'refused' } {
  if (!text.endsWith('\n')) return { kind: 'refused' }
  const json = parseCanonicalJson(text.slice(0, -1))
  const manifest = manifestShape.safeParse(json.kind === 'canonical' ? json.value : null)
  if (!manifest.success) return { kind: 'refused' }
  const { files, format } = manifest.data
  const hashes = new Map(Object.entries(files))
  if (format === bundleFormats.whole) return { kind: 'manifest', hashes, extent: 'whole' }
  if (format === bundleFormats.part) return { kind: 'manifest', hashes, extent: 'part' }
  return { kind: 'unknown-format', format }
}
