/** One line of a text beside another: in both, or in one of them; `gap` stands for lines that are in both. */
export type DifferenceLine = { kind: 'same' | 'added' | 'removed' | 'gap'; text: string }

/** Beyond this many pairs of lines two texts are told as one going and the other coming. */
const mostPairs = 4_000_000

/** How one text became the other, line by line, with as many lines kept as can be (longest common subsequence). */
export function differenceOf(before: string, after: string): DifferenceLine[] {
  const [was, is] = [before.split('\n'), after.split('\n')]
  if (was.length * is.length > mostPairs) return [...was.map(removed), ...is.map(added)]
  const lengths = commonLengths(was, is)
  const lines: DifferenceLine[] = []
  let [i, j] = [0, 0]
  while (i < was.length || j < is.length) {
    const [old, current] = [was[i], is[j]]
    if (old !== undefined && old === current) {
      lines.push({ kind: 'same', text: old })
      ;[i, j] = [i + 1, j + 1]
    } else if (old !== undefined && (current === undefined || at(lengths, i + 1, j) >= at(lengths, i, j + 1))) {
      lines.push(removed(old))
      i++
    } else {
      lines.push(added(current ?? ''))
      j++
    }
  }
  return lines
}

/** How many lines the rests of both texts, from each pair of places on, have in common. */
function commonLengths(was: readonly string[], is: readonly string[]): Uint32Array[] {
  const lengths = Array.from({ length: was.length + 1 }, () => new Uint32Array(is.length + 1))
  for (let i = was.length - 1; i >= 0; i--) {
    const row = lengths[i]
    if (row === undefined) continue
    for (let j = is.length - 1; j >= 0; j--) {
      row[j] = was[i] === is[j] ? at(lengths, i + 1, j + 1) + 1 : Math.max(at(lengths, i + 1, j), at(lengths, i, j + 1))
    }
  }
  return lengths
}

function at(lengths: readonly Uint32Array[], i: number, j: number): number {
  return lengths[i]?.[j] ?? 0
}

/** The same with no more than so many unchanged lines around each change; a gap stands for all others. */
export function closeTo(lines: readonly DifferenceLine[], around: number): DifferenceLine[] {
  const changed = lines.flatMap(({ kind }, place) => (kind === 'same' ? [] : [place]))
  const isClose = (place: number) => changed.some((one) => Math.abs(one - place) <= around)
  return lines.flatMap((line, place): DifferenceLine[] => {
    if (isClose(place)) return [line]
    return place === 0 || isClose(place - 1) ? [{ kind: 'gap', text: '…' }] : []
  })
}

function removed(text: string): DifferenceLine {
  return { kind: 'removed', text }
}

function added(text: string): DifferenceLine {
  return { kind: 'added', text }
}
