import { languageOf, writingOf } from '../domain/language.ts'
import type { Choice } from '../form-views.ts'
import type { DetailsPage } from '../page-views.ts'
import { addressOf, herFrame, urlOf, type Look } from './her-view.ts'
import { emailField, problemsOf } from './find-pages.ts'

/** What is kept of who she is, to correct it; `wrong` is what was typed where that is no address. */
export function detailsPage(look: Look, wrong: string | null = null): DetailsPage {
  const heading = look.say('page.details.heading')
  const { person, brand } = look.preferences
  const error = wrong === null ? null : look.say('page.form.badAddress')
  return {
    frame: herFrame(look, error === null ? heading : look.say('page.form.errorTitle', { heading })),
    heading,
    lead: look.say('page.details.lead'),
    problems: error === null ? null : problemsOf(look, [{ label: error, url: '#address' }]),
    seal: look.session?.seal ?? '',
    who: {
      action: urlOf(look, '/details'),
      names: [
        field('name', look.say('page.details.name'), person.name, 'given-name'),
        field('familyName', look.say('page.details.familyName'), person.familyName, 'family-name'),
      ],
      selects: [
        {
          name: 'language',
          label: look.say('page.details.language'),
          hint: look.say('page.details.languageHint'),
          options: optionsOf(brand.languages, person.choices.language, look.say('page.details.anyLanguage'), nameOf),
        },
        {
          name: 'timeZone',
          label: look.say('page.details.timeZone'),
          hint: '',
          options: optionsOf(
            Intl.supportedValuesOf('timeZone'),
            person.choices.timeZone,
            look.say('page.details.brandZone', { brand: brand.name }),
            (zone) => zone.replaceAll('_', ' '),
          ),
        },
      ],
      button: look.say('page.details.save'),
    },
    address: {
      action: urlOf(look, '/details/address'),
      heading: look.say('page.details.address'),
      lead: look.say('page.details.addressLead', { address: addressOf(look) }),
      email: { ...emailField(look, wrong ?? '', error), label: look.say('page.details.newAddress') },
      button: look.say('page.details.changeAddress'),
    },
    links: [{ label: look.say('page.seeAll'), url: urlOf(look) }],
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

/** A language by its own name; one that we don't speak, by its code. */
function nameOf(code: string): string {
  const language = languageOf(code)
  return language === null ? code : writingOf(language).name
}
