import { nextSlot } from '../domain/calendar.ts'
import type { Choices } from '../domain/choices.ts'
import { isFresh, useKey, type Link } from '../domain/link-token.ts'
import { isDigest } from '../domain/pace.ts'
import { confirmed, evidenceOf, readSignUp, type SignUp } from '../domain/sign-up.ts'
import { theBrand } from '../store/brand.ts'
import type { Sql } from '../store/database.ts'
import { removeSignUp, signUpOf } from '../store/sign-ups.ts'
import { liftSuppression } from '../store/suppressions.ts'
import { useOnce } from '../store/used-links.ts'
import { changeChoices, type Evidence } from './change-choices.ts'
import type { House } from './house.ts'
import { onceState } from './open-session.ts'

/** `superseded`: she has refused since she asked; a stop counts for more than an older link. */
export type NotConfirmed = { kind: 'used' | 'expired' | 'superseded' }
export type Confirmed = { kind: 'confirmed'; entry: number } | NotConfirmed

/** What a confirm link would grant now, on the pool that cannot write. @throws Problem `not-found` when she was erased. */
export async function readSignUpBehind(
  house: House,
  token: string,
  link: Link,
): Promise<{ kind: 'fresh'; asked: SignUp; askedAt: string } | NotConfirmed> {
  const [state, kept] = await Promise.all([onceState(house, token, link), keptBehind(house.database.readOnly, link)])
  if (state !== 'fresh') return { kind: state }
  return kept ? { kind: 'fresh', asked: kept.asked, askedAt: kept.at } : { kind: 'expired' }
}

/**
 * Grants exactly what was asked for at sign-up, once and within seven days; a yes that was seen under the wording of the
 * sign-up page, and confirmed by whoever reads that mailbox. Her row is locked, so of a stop and a confirmation at once the
 * stop holds. It also lifts the mark that its owner had this address erased.
 * @throws Problem `not-found` when she was erased.
 */
export async function confirmSignUp(house: House, token: string, link: Link): Promise<Confirmed> {
  const kept = await keptBehind(house.database.sql, link)
  if (!kept) return { kind: (await onceState(house, token, link)) === 'used' ? 'used' : 'expired' }
  const { asked, at: askedAt, fingerprint, delivery } = kept
  const details: NonNullable<Evidence['details']> = { ...evidenceOf(asked), askedAt }
  const { purpose, day } = link
  const evidence: Evidence = { way: 'confirm', wording: asked.wording, link: { purpose, day, delivery }, details }
  let why: NotConfirmed['kind'] = 'superseded'
  try {
    const changed = await changeChoices(
      house,
      link.person,
      evidence,
      (current, at, her) => {
        // The link went to one address: where that is hers no longer, whoever reads it is somebody else.
        if (!isFresh(link, new Date(at)) || her.address?.fingerprint !== fingerprint) {
          why = 'expired'
          return null
        }
        if (her.suppressions.includes('erased')) details['lifted'] = 'erased'
        return confirmed(current, asked, { askedAt, at })
      },
      async (tx) => {
        if (!(await useOnce(tx, useKey(token)))) throw new UsedMeanwhile()
        await liftSuppression(tx, 'email', fingerprint, 'erased')
        await removeSignUp(tx, delivery)
        return async () => undefined
      },
    )
    return changed.kind === 'changed' ? { kind: 'confirmed', entry: changed.entry } : { kind: why }
  } catch (error) {
    if (error instanceof UsedMeanwhile) return { kind: 'used' }
    throw error
  }
}

/** When the first mail is likely to come (ISO) where digest paces tell it, else null. */
export async function firstMailAt(
  house: House,
  { topics, pace, timeZone, paused }: Choices,
  now: Date,
): Promise<string | null> {
  const paces = Object.values(topics).flatMap((said) => (said.answer === 'yes' ? [said.pace ?? pace] : []))
  if (paused !== null || paces.length === 0) return null
  const brand = await theBrand(house.database.readOnly)
  const slots = paces.map((each) => (isDigest(each) ? nextSlot(each, now, timeZone, brand).getTime() : Infinity))
  const last = Math.max(...slots)
  return last === Infinity ? null : new Date(Math.min(...slots)).toISOString()
}

class UsedMeanwhile extends Error {}

async function keptBehind(sql: Sql, { person, delivery, topics }: Link) {
  const kept = delivery === null ? null : await signUpOf(sql, person, delivery)
  const asked = kept && readSignUp(kept.asked)
  if (!kept || !asked) return null
  // What the link lists and what was asked for are the same, or it grants nothing.
  const listed = new Set(topics)
  return asked.topics.length === listed.size && asked.topics.every((id) => listed.has(id)) ? { ...kept, asked } : null
}
