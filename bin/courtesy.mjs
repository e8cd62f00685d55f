#!/usr/bin/env node
// Plain JavaScript that an older Node can read too: the program itself is TypeScript, which only a newer one runs.
import { spawn } from 'node:child_process'
import { existsSync, realpathSync } from 'node:fs'
import module from 'node:module'
import { fileURLToPath } from 'node:url'

const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major > 24 || (major === 24 && minor >= 16)) {
  // Compiled code is kept beside the packages, never in a folder that other users can write.
  module.enableCompileCache(fileURLToPath(new URL('../node_modules/.cache/courtesy', import.meta.url)))
  const { run } = await import('../src/cli.ts')
  process.exitCode = await run(process.argv.slice(2))
} else {
  runAgain(fileURLToPath(new URL('../node_modules/.bin/node', import.meta.url)))
}

/** Runs this file on the bundled Node, which gets the signals that we get, and ends as it ends. */
function runAgain(bundledNode) {
  if (!existsSync(bundledNode) || realpathSync(bundledNode) === realpathSync(process.execPath)) {
    console.error(
      `Courtesy needs Node 24.16 or newer; this is ${process.versions.node} and no newer one is bundled. ` +
        'Run npm ci in its folder (on Linux that brings one), or install Node 24.',
    )
    process.exitCode = 1
    return
  }
  const again = spawn(bundledNode, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    stdio: 'inherit',
  })
  // What is typed at a terminal reaches every process of the job by itself, and a second Ctrl-C means "at once".
  const atTerminal = [process.stdin, process.stdout, process.stderr].some((stream) => stream.isTTY)
  const forwards = ['SIGTERM', 'SIGINT', 'SIGHUP'].map((signal) => {
    const forward = () => (signal !== 'SIGTERM' && atTerminal ? undefined : again.kill(signal))
    process.on(signal, forward)
    return () => process.off(signal, forward)
  })
  again.on('error', (error) => {
    console.error(`the bundled Node cannot be run (${error.message}); run npm ci, or install Node 24`)
    process.exitCode = 1
  })
  again.on('exit', (status, signal) => {
    forwards.forEach((stop) => stop())
    if (signal) process.kill(process.pid, signal)
    else process.exitCode = status ?? 1
  })
}
