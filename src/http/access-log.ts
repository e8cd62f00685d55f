import type { FastifyInstance, FastifyRequest, FastifyServerOptions } from 'fastify'

/** How much is logged, and where to; standard output if no stream is given. */
export type LogOptions = { level: string; stream?: { write(line: string): void } }

/**
 * The logger's settings. Addresses hold tokens, and whoever has a token may act for a person: so a request is logged by
 * its route and never by its address, and an error without its message, which can quote either.
 */
export function loggerFor({ level, stream }: LogOptions): NonNullable<FastifyServerOptions['logger']> {
  return {
    level,
    ...(stream ? { stream } : {}),
    serializers: {
      req: (request: FastifyRequest) => ({ method: request.method, route: routeOf(request) }),
      err: bareError,
    },
  }
}

/** One line per answer. */
export function accessLog(server: FastifyInstance): void {
  server.addHook('onResponse', (request, reply, done) => {
    const { method } = request
    request.log.info({ method, route: routeOf(request), status: reply.statusCode, ms: Math.round(reply.elapsedTime) })
    done()
  })
}

/** What the log keeps of a failure: enough to find the line, nothing that anybody sent. */
export function faultOf(error: unknown, request: FastifyRequest): object {
  return { method: request.method, route: routeOf(request), err: error }
}

function bareError(error: unknown): { type: string; message: string; stack: string; code: string } {
  const { name, code, cause, stack } = Object(error) as Record<string, unknown>
  const inner = (Object(cause) as { code?: unknown }).code
  const codes = [code, inner].filter((each) => typeof each === 'string')
  const lines = typeof stack === 'string' ? stack.split('\n').filter((line) => /^\s+at /.test(line)) : []
  return { type: String(name), message: '', code: codes.join(' '), stack: lines.join('\n') }
}

function routeOf(request: FastifyRequest): string {
  return request.routeOptions?.url ?? 'none'
}
