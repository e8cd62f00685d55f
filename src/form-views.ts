import type { Option } from './domain/preferences-wording.ts'

export type Anchor = { label: string; url: string }

/** A form of its own with one button and hidden fields. `look`: the one to press first, one among equals, an end, or one that cannot be undone. */
export type Press = {
  action: string
  label: string
  look: 'primary' | 'plain' | 'stop' | 'final'
  fields: { name: string; value: string }[]
}

/** What is wrong with a form, said before everything else; each points at its field. */
export type FormProblems = { heading: string; items: Anchor[] }

/** A field for an address, with what was typed and what is wrong with it. */
export type EmailField = { label: string; value: string; error: string | null }

/** One thing that can be picked from a list. */
export type Choice = { value: string; label: string; chosen: boolean }

/**
 * A form for words of hers, with one field that may be left as it is. `problem` is what is wrong with the words that stand in
 * it, empty for nothing; `reasons` may be chosen beside them.
 */
export type WordsForm = {
  id: string
  action: string
  fields: { name: string; value: string }[]
  label: string
  why: string
  words: string
  problem: string
  hint: string
  button: string
  reasons: { legend: string; options: (Option<string> & { ticked: boolean })[] } | null
}

/** One of several to choose, nothing chosen beforehand unless she said so before. */
export type OneOfForm = {
  action: string
  fields: { name: string; value: string }[]
  legend: string
  name: string
  options: (Option<string> & { ticked: boolean })[]
  button: string
}
