import { textNumber } from './catalogue.ts'
import type { Told } from './small-groups.ts'
import { staffText } from './staff-catalogue.ts'

/** A number as staff read it, or that it is too small to be told. */
export function toldWords(n: Told): string {
  return typeof n === 'number' ? textNumber('en', n) : staffText(`staff.insights.${n}`)
}
