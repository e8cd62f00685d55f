import { detailLanguages } from '../actions/correct-details.ts'
import type { Choice, DetailsPage } from '../page-views.ts'
import { addressOf, herFrame, say, urlOf, type Look } from './her-view.ts'
import { emailField, problemsOf } from './find-pages.ts'
import { pageLanguage } from './page-frame.ts'

/** What is kept of who she is, to correct it; `wrong` is what was typed where that is no address. */
export function detailsPage(look: Look, wrong: string | null = null): DetailsPage {
  const heading = say('page.details.heading')
  const { person, brand } = look.preferences
  const error = wrong === null ? null : say('page.form.badAddress')
  return {
    frame: herFrame(look, error === null ? heading : say('page.form.errorTitle', { heading })),
    heading,
    lead: say('page.details.lead'),
    problems: error === null ? null : problemsOf([{ label: error, url: '#address' }]),
    seal: look.session?.seal ?? '',
    who: {
      action: urlOf(look, '/details'),
      names: [
        field('name', say('page.details.name'), person.name, 'given-name'),
        field('familyName', say('page.details.familyName'), person.familyName, 'family-name'),
      ],
      selects: [
        {
          name: 'language',
          label: say('page.details.language'),
          options: optionsOf([...detailLanguages], person.choices.language, say('page.details.anyLanguage'), ownNameOf),
        },
        {
          name: 'timeZone',
          label: say('page.details.timeZone'),
          options: optionsOf(
            Intl.supportedValuesOf('timeZone'),
            person.choices.timeZone,
            say('page.details.brandZone', { brand: brand.name }),
            (zone) => zone.replaceAll('_', ' '),
          ),
        },
      ],
      button: say('page.details.save'),
    },
    address: {
      action: urlOf(look, '/details/address'),
      heading: say('page.details.address'),
      lead: say('page.details.addressLead', { address: addressOf(look) }),
      email: { ...emailField(wrong ?? '', error), label: say('page.details.newAddress') },
      button: say('page.details.changeAddress'),
    },
    links: [{ label: say('page.seeAll'), url: urlOf(look) }],
  }
}

function field(name: string, label: string, value: string, autocomplete: string) {
  return { name, label, value, autocomplete }
}

/** Hers stays among the options, whatever it is, so that saving never changes it silently. */
function optionsOf(
  values: readonly string[],
  hers: string | null,
  none: string,
  label: (value: string) => string,
): Choice[] {
  const all = hers === null || values.includes(hers) ? values : [hers, ...values]
  return [
    { value: '', label: none, chosen: hers === null },
    ...all.map((value) => ({ value, label: label(value), chosen: value === hers })),
  ]
}

/** A language by the name that it has for those who speak it. */
function ownNameOf(language: string): string {
  return new Intl.DisplayNames([language, pageLanguage], { type: 'language' }).of(language) ?? language
}
