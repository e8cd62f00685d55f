/** A form with files in it: texts by their name, files as bytes. A name that comes twice has its last value. */
export type Multipart = Record<string, string | Buffer>

/** More parts than any form of ours has. */
const mostParts = 20

/**
 * Reads `multipart/form-data` (RFC 7578) from memory: a part with a file name is a file, any other a text in UTF-8. What its type
 * says of a file is passed over, for only its bytes tell. Null for what is no such form.
 * @param type the whole `Content-Type` header.
 */
export function readMultipart(type: string, body: Buffer): Multipart | null {
  const [, quoted, plain] =
    /^multipart\/form-data\s*;\s*boundary=(?:"([^"]{1,70})"|([^\s;"]{1,70}))\s*$/i.exec(type) ?? []
  const boundary = quoted ?? plain
  if (boundary === undefined) return null
  const delimiter = Buffer.from(`\r\n--${boundary}`, 'latin1')
  const whole = Buffer.concat([Buffer.from('\r\n'), body])
  const form: Multipart = Object.create(null) as Multipart
  let at = whole.indexOf(delimiter)
  for (let part = 0; at !== -1 && part < mostParts; part++) {
    const start = at + delimiter.length
    if (whole.subarray(start, start + 2).toString('latin1') === '--') return form
    const end = whole.indexOf(delimiter, start)
    const split = whole.indexOf('\r\n\r\n', start)
    if (end === -1 || split === -1 || split > end) return null
    const head = whole.subarray(start, split).toString('utf8')
    const name = /;\s*name="([^"\r\n]*)"/i.exec(head)?.[1]
    if (name === undefined || !/^\r\ncontent-disposition:\s*form-data/im.test(head)) return null
    const bytes = whole.subarray(split + 4, end)
    form[name] = /;\s*filename="/i.test(head) ? Buffer.from(bytes) : bytes.toString('utf8')
    at = end
  }
  return null
}
