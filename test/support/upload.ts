import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { App } from './app.ts'
import type { SignedIn } from './staff.ts'

/** A file to send: the path of one on disk, or a name and what is in it. */
export type Sent = string | { name: string; content: string | Uint8Array }

/** Sends a form with files as a browser does, the fields first. @returns its answer, not followed. */
export async function sendFiles(
  { server }: Pick<App, 'server'>,
  { cookie }: Pick<SignedIn, 'cookie'>,
  url: string,
  { fields, files }: { fields: Record<string, string>; files: readonly Sent[] },
) {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields)) form.append(name, value)
  for (const file of files) {
    const { name, content } = typeof file === 'string' ? { name: basename(file), content: readFileSync(file) } : file
    form.append('files', new Blob([content]), name)
  }
  const whole = new Response(form)
  return server.inject({
    method: 'POST',
    url,
    headers: {
      cookie: `${cookie.name}=${cookie.value}`,
      'content-type': whole.headers.get('content-type') ?? '',
    },
    payload: Buffer.from(await whole.arrayBuffer()),
  })
}
