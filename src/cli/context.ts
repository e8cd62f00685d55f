import type { House } from '../actions/house.ts'
import type { Config } from '../config.ts'

/** What a command is given: a house that is opened for it and closed after it, and the terminal. */
export type CommandContext = {
  /** Opens the database, the ledger and the courier, runs `work`, and closes them again whatever happens. */
  withHouse<T>(work: (house: House) => Promise<T>, config?: Config, how?: OpenHow): Promise<T>
  /** Opens the pages on HOST and PORT, with a worker unless it is said not to; they close when the process is told to end. */
  serve(house: House, config: Config, options?: { doors?: Partial<Doors>; worker?: boolean }): Promise<Served>
  /** Runs a worker until the process is told to end. */
  work(house: House): Promise<Running>
  /** The environment, parsed; `defaults` stand in for what is unset. @throws Problem `invalid-input` that names every fault. */
  config(defaults?: Record<string, string>): Config
  terminal: Terminal
  now(): Date
}

/** `repair`: also a ledger that does not fit its high-water mark, and nothing is published. */
export type OpenHow = { repair: boolean }

/** Addresses that the front page of a development machine offers. */
export type Doors = { herPage: string | null; check: string | null; proof: string | null }

/** `ended` settles when all has closed after SIGTERM or SIGINT; `close` closes it without one. */
export type Running = { ended: Promise<void>; close(): Promise<void> }
export type Served = Running & { address: string }

/** Data goes to stdout, words and progress to stderr. */
export type Terminal = {
  out(text: string): void
  words(text: string): void
  /** Redraws one line of progress on a terminal; elsewhere a line for every tenth part. `part` is 0…1. */
  progress(label: string, part: number, detail: string): void
  interactive: boolean
  /** Asks on the terminal and gives the answer without its line end; null where there is nobody to ask. */
  ask(question: string): Promise<string | null>
}
