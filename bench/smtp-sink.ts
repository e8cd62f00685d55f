import { createServer } from 'node:net'

/**
 * Takes mail as fast as it can and forgets it: the receiver of the benches, in a process of its own. Speaks what a
 * client needs (PIPELINING included) and answers at once. Tells its port on stdout; ends with its parent.
 */
const server = createServer({ noDelay: true }, (socket) => {
  socket.on('error', () => undefined)
  socket.write('220 sink\r\n')
  let inData = false
  let rest = ''
  socket.on('data', (chunk) => {
    rest += chunk.toString('latin1')
    let answer = ''
    for (;;) {
      if (inData) {
        const dot = rest.startsWith('.\r\n') ? 0 : rest.indexOf('\r\n.\r\n')
        if (dot < 0) break
        rest = rest.slice(dot === 0 ? 3 : dot + 5)
        inData = false
        answer += '250 2.0.0 taken\r\n'
        continue
      }
      const end = rest.indexOf('\r\n')
      if (end < 0) break
      const verb = rest.slice(0, 4).toUpperCase()
      rest = rest.slice(end + 2)
      if (verb === 'EHLO') answer += '250-sink\r\n250-PIPELINING\r\n250 8BITMIME\r\n'
      else if (verb === 'DATA') {
        inData = true
        answer += '354 go on\r\n'
      } else if (verb === 'QUIT') socket.end('221 bye\r\n')
      else answer += '250 2.0.0 ok\r\n'
    }
    if (answer !== '') socket.write(answer)
  })
})
server.listen(0, '127.0.0.1', () => {
  const address = server.address()
  process.stdout.write(`${typeof address === 'object' && address ? address.port : 0}\n`)
})
process.stdin.resume().on('end', () => process.exit(0))
