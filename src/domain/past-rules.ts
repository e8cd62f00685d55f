import { unnamedBrand, type Brand } from './brand.ts'
import type { SuppressionReason } from './suppression.ts'

/** What held for everybody, and for her address, since when: each list oldest first, times ISO. */
export type PastRules = {
  brands: readonly { at: string; settings: Partial<Brand> }[]
  wordings: readonly { at: string; hash: string }[]
  suppressions: readonly { at: string; reason: SuppressionReason }[]
}

/** What held at one instant. Before the brand's first version that first one counts. */
export type RulesThen = { brand: Brand; wordings: ReadonlySet<string>; suppressions: SuppressionReason[] }

/** The rules as of an instant (ISO), to the millisecond. */
export function rulesAt({ brands, wordings, suppressions }: PastRules, at: string): RulesThen {
  const by = <Row extends { at: string }>(rows: readonly Row[]) => rows.filter((row) => row.at <= at)
  const version = by(brands).at(-1) ?? brands[0]
  return {
    brand: { ...unnamedBrand, ...version?.settings },
    wordings: new Set(by(wordings).map(({ hash }) => hash)),
    suppressions: by(suppressions).map(({ reason }) => reason),
  }
}
