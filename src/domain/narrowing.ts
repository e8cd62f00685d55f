import type { Choices } from './choices.ts'
import type { Verdict } from './gate.ts'

/**
 * Whom we leave out of a campaign although they may have it: whoever is not on its list (where `listed`), or did not choose one
 * of these languages. It can only ever take people away.
 */
export type Narrowing = { listed: boolean; languages: string[] | null }

/** What stands in reports for those whom the gate lets through, and whom we did not choose. It is no reason of the gate's. */
export const notChosen = 'not_chosen'

/** What becomes of a person in a campaign: the gate's verdict, or that we left her out. */
export type Outcome = Verdict | { kind: 'never'; reason: typeof notChosen }

/**
 * What a verdict comes to under a narrowing. A never stays as it is, so that our choice hides no reason of hers.
 * @param isListed whether she is on the campaign's list.
 */
export function narrowed(
  verdict: Verdict,
  choices: Pick<Choices, 'language'>,
  narrowing: Narrowing | null,
  isListed: boolean,
): Outcome {
  if (narrowing === null || verdict.kind === 'never') return verdict
  const { listed, languages } = narrowing
  const speaks = languages === null || languages.some((language) => language === choices.language)
  return speaks && (isListed || !listed) ? verdict : { kind: 'never', reason: notChosen }
}
