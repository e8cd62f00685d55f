import { createInterface } from 'node:readline/promises'
import type { Terminal } from './context.ts'

const barWidth = 24

/** The terminal of this process. Animation and questions only where stderr and stdin are one (clig.dev). */
export function processTerminal(): Terminal {
  const { stdin, stdout, stderr } = process
  const animated = stderr.isTTY && process.env['TERM'] !== 'dumb'
  const interactive = animated && stdin.isTTY
  const told = new Map<string, number>()
  let drawn = false
  const clear = () => {
    if (drawn) stderr.write('\r\u001B[K')
    drawn = false
  }
  return {
    interactive,
    out: (text) => {
      clear()
      stdout.write(`${text}\n`)
    },
    words: (text) => {
      clear()
      stderr.write(`${text}\n`)
    },
    progress: (label, part, detail) => {
      const share = Math.min(1, Math.max(0, part))
      if (animated) {
        const filled = Math.round(share * barWidth)
        stderr.write(
          `\r\u001B[K${label} ${'█'.repeat(filled)}${'░'.repeat(barWidth - filled)} ${percent(share)}  ${detail}`,
        )
        drawn = true
        return
      }
      const tenth = Math.floor(share * 10)
      if (tenth <= (told.get(label) ?? 0)) return
      told.set(label, tenth)
      stderr.write(`${label} ${percent(share)}  ${detail}\n`)
    },
    ask: async (question) => {
      if (!interactive) return null
      const lines = createInterface({ input: stdin, output: stderr })
      try {
        return (await lines.question(question)).trim()
      } finally {
        lines.close()
      }
    },
  }
}

function percent(share: number): string {
  return `${Math.floor(share * 100)} %`
}
