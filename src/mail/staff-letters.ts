import type { Brand } from '../domain/brand.ts'
import { staffText, staffWriting } from '../domain/staff-catalogue.ts'
import { renderMail } from '../render.ts'
import type { ServiceMail } from './acknowledgement-letter.ts'
import type { StaffMail } from '../mail-views.ts'

/** The mail that carries a link to sign in with, and nothing else. */
export function signInLetter(brand: Brand, url: string, minutes: number): ServiceMail {
  const values = { brand: brand.name, minutes }
  return letter(brand, staffText('staff.mail.signIn.subject', values), {
    lines: [staffText('staff.mail.signIn.lead', values)],
    link: { label: staffText('staff.mail.signIn.link'), url },
    quoted: '',
    after: [staffText('staff.mail.signIn.once', values), staffText('staff.mail.signIn.notYou')],
  })
}

/** The mail that carries a checkpoint out of the house. `note` is the signed note; `name` and `keyId` are of the key that signed it. */
export function checkpointLetter(
  brand: Brand,
  { note, size, name, keyId }: { note: string; size: number; name: string; keyId: string },
): ServiceMail {
  const values = { brand: brand.name, entries: size, size: String(size), name, keyId }
  return letter(brand, staffText('staff.mail.checkpoint.subject', values), {
    lines: [staffText('staff.mail.checkpoint.lead', values), staffText('staff.mail.checkpoint.save')],
    link: null,
    quoted: note.trimEnd(),
    after: [
      staffText('staff.mail.checkpoint.use'),
      staffText('staff.mail.checkpoint.key', values),
      staffText('staff.mail.checkpoint.grew'),
    ],
  })
}

function letter(
  brand: Brand,
  subject: string,
  parts: Pick<StaffMail, 'lines' | 'link' | 'quoted' | 'after'>,
): ServiceMail {
  const { language, direction } = staffWriting()
  const around = {
    lang: language,
    dir: direction,
    subject,
    brandName: brand.name,
    postalAddress: brand.postalAddress ?? '',
  }
  return { subject, ...renderMail('staff', { ...around, ...parts }) }
}
