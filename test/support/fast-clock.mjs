// Preloaded into a process whose leases shall be over soon: its monotonic clock runs a hundred times as fast.
const real = performance.now.bind(performance)
performance.now = () => real() * 100
