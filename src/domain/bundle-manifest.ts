import { z } from 'zod'
import { canonicalJson, parseCanonicalJson } from './canonical-json.ts'

/**
 * `manifest.json` of an exported ledger: the SHA-256 of every other file. It finds accidents and names the damaged
 * file; the proof is the signed checkpoint.
 */
export const bundleFormat = 'courtesy-ledger-bundle/1'

const manifestShape = z.strictObject({
  files: z.record(z.string(), z.string().regex(/^[0-9a-f]{64}$/)),
  format: z.string(),
})

/** The text of a manifest: canonical JSON and a line feed. @param hashes SHA-256 in hex by path in the bundle */
export function manifestText(hashes: ReadonlyMap<string, string>): string {
  return `${canonicalJson({ files: Object.fromEntries(hashes), format: bundleFormat })}\n`
}

/** Reads a manifest; `unknown-format` when a later version of us wrote the bundle. */
export function parseManifest(
  text: string,
):
  | { kind: 'manifest'; hashes: ReadonlyMap<string, string> }
  | { kind: 'unknown-format'; format: string }
  | { kind: 'refused' } {
  if (!text.endsWith('\n')) return { kind: 'refused' }
  const json = parseCanonicalJson(text.slice(0, -1))
  const manifest = manifestShape.safeParse(json.kind === 'canonical' ? json.value : null)
  if (!manifest.success) return { kind: 'refused' }
  const { files, format } = manifest.data
  if (format !== bundleFormat) return { kind: 'unknown-format', format }
  return { kind: 'manifest', hashes: new Map(Object.entries(files)) }
}
