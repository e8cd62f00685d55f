import type { DifferenceLine } from './domain/text-difference.ts'
import type { Anchor, FormProblems, Press } from './form-views.ts'

/** What every page of the staff has around it. `who` is null while nobody is signed in. */
export type StaffFrame = {
  language: string
  direction: 'ltr' | 'rtl'
  title: string
  skip: string
  brand: string
  /** The same page in each other language. */
  languages: (Anchor & { language: string; direction: 'ltr' | 'rtl' })[]
  styles: string[]
  navLabel: string
  nav: (Anchor & { current: boolean })[]
  /** The pages of the desk that the page belongs to; null where there is only one. */
  within: { label: string; links: (Anchor & { current: boolean })[] } | null
  who: { label: string; signOut: Press } | null
}

/**
 * A page of the staff: a heading, then its parts in order. `notice` is what has just happened or gone wrong, and is announced.
 * `problems` sums up what is wrong with the form below.
 */
export type StaffPage = {
  frame: StaffFrame
  heading: string
  notice: { kind: 'status' | 'error'; lines: string[] } | null
  problems: FormProblems | null
  parts: StaffPart[]
}

/** One cell: its text, where it leads, and whether it is a number (aligned at its end) or a code (in the font of codes), or a time (on one line). */
export type Cell = { text: string; url?: string; look?: 'number' | 'code' | 'muted' | 'time' }

/** One part of a page, drawn by the view of its kind: views/staff/_<kind>.eta. */
export type StaffPart =
  | { kind: 'text'; lines: string[]; look?: 'lead' | 'muted' }
  | { kind: 'heading'; text: string; id?: string }
  | { kind: 'sentence'; text: string; note: string }
  | { kind: 'quote'; text: string; note: string }
  | { kind: 'facts'; facts: { name: string; values: Cell[] }[] }
  | { kind: 'verdicts'; items: { text: string; look: 'good' | 'bad' | 'open' }[] }
  | {
      kind: 'table'
      id?: string
      caption: string
      /** The page's own heading says it: the caption is for who cannot see that. */
      quiet?: boolean
      columns: { label: string; look?: 'number' }[]
      rows: Cell[][]
      none: string
    }
  | {
      kind: 'timeline'
      items: { time: string; machine: string; text: string; note: string; link: Anchor | null }[]
      none: string
    }
  | { kind: 'figures'; label: string; figures: Figure[] }
  | { kind: 'columns'; columns: StaffPart[][] }
  /** A drawing of numbers, `height` pixels high, and the same numbers as a table behind the press `open`. */
  | {
      kind: 'chart'
      id: string
      title: string
      height: number
      lines: ChartLine[]
      open: string
      table: Omit<Extract<StaffPart, { kind: 'table' }>, 'kind'>
    }
  | { kind: 'frame'; title: string; url: string; look: 'phone' | 'desk'; dark: boolean }
  | { kind: 'picture'; url: string; alt: string; width: number; height: number }
  | { kind: 'progress'; label: string; value: number; max: number }
  | { kind: 'live'; from: string; body: string; parts: StaffPart[] }
  | { kind: 'next'; links: (Anchor & { look: Press['look'] })[] }
  | { kind: 'steps'; items: { label: string; note: string; url: string | null; state: string; done: boolean }[] }
  /** A text as it is, line for line; `code` is one that machines read. */
  | { kind: 'pre'; label: string; text: string; look: 'words' | 'code' }
  /** How one text became another; `added` and `removed` say so to who cannot see it. */
  | { kind: 'difference'; lines: DifferenceLine[]; added: string; removed: string }
  | { kind: 'form'; form: StaffForm }
  | { kind: 'presses'; buttons: Press[] }
  | { kind: 'links'; links: Anchor[] }
  | { kind: 'pages'; label: string; earlier: Anchor | null; later: Anchor | null }

/** One of the numbers that a whole is made of, and its share of it in thousandths, for the bar. */
export type Figure = { label: string; value: string; url: string; look: 'now' | 'later' | 'never'; share: number }

/** A line of a chart, `y` pixels down: a label at its start, a value at its end, bars over each other in shares of `width` percent. */
export type ChartLine = {
  y: number
  label: string
  value: string
  width: number
  bars: { share: number; look: 'asked' | 'given' | 'step' | 'few' }[]
}

/** A form with its seal among `fields`. A GET form asks for another view of the same page and has no seal. */
export type StaffForm = {
  method: 'post' | 'get'
  action: string
  fields: { name: string; value: string }[]
  inputs: StaffField[]
  button: string
  look: Press['look']
  /** Its fields stand beside each other where there is room. */
  inline?: boolean
}

/** A field with its label, a hint and what is wrong with it (empty for nothing); its id is its name. */
export type StaffField = {
  name: string
  label: string
  hint: string
  error: string
  value: string
} & (
  | { type: 'text' | 'email' | 'search' | 'date' | 'time' | 'datetime-local' | 'number'; autocomplete?: string }
  | { type: 'area'; rows?: number }
  | { type: 'select'; options: { value: string; label: string; chosen: boolean }[] }
  | { type: 'tick'; ticked: boolean }
  | { type: 'file'; accept: string; several: boolean }
)
