// Preloaded into a process that is to find itself stopped: its monotonic clock is a minute on once a file is there.
import { existsSync } from 'node:fs'

const late = process.env['COURTESY_LATE_ONCE'] ?? ''
const real = performance.now.bind(performance)
performance.now = () => real() + (existsSync(late) ? 60_000 : 0)
