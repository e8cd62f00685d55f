import type { FastifyInstance } from 'fastify'

/** Every address that a server answers, with its parameters as `:name`: as its router knows them, so that none is forgotten. */
export function routesOf(server: FastifyInstance): string[] {
  const found: string[] = []
  const above: string[] = []
  for (const line of server.printRoutes({ commonPrefix: false }).split('\n')) {
    const [, indent = '', part, methods] = /^((?:│ {3}| {4})*)[├└]── (\S+)(?: \((.*)\))?$/.exec(line) ?? []
    if (part === undefined) continue
    above.length = indent.length / 4
    above.push(part)
    if (methods !== undefined) found.push(above.join(''))
  }
  return found
}
