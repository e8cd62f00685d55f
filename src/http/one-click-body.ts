/**
 * True when a body says `List-Unsubscribe=One-Click`, the only pair there is (RFC 8058 section 3.2), as
 * `application/x-www-form-urlencoded` or as `multipart/form-data`. The parts are cut at the line the body itself begins
 * with, not at the boundary that the header names: the RFC's published example (section 8.3, errata 5117 and 8927) has
 * two different ones, and mail programs were built after it.
 */
export function asksToUnsubscribe(contentType: string | undefined, body: string): boolean {
  const type = (contentType ?? '').split(';', 1)[0]?.trim().toLowerCase()
  return type === 'multipart/form-data' ? multipartSays(body) : formSays(body)
}

const name = 'List-Unsubscribe'
const value = 'One-Click'

function formSays(body: string): boolean {
  const values = new URLSearchParams(body.trim()).getAll(name)
  return values.length === 1 && values[0] === value
}

function multipartSays(body: string): boolean {
  const delimiter = /^--[^\r\n]+/m.exec(body)?.[0].trimEnd()
  if (delimiter === undefined) return false
  const values = body.split(delimiter).flatMap((part) => {
    const [, headers, content] = /^\r?\n([\s\S]*?)\r?\n\r?\n([\s\S]*?)(?:\r?\n)?$/.exec(part) ?? []
    const named = /^content-disposition:\s*form-data\s*;.*\bname="?([^";\r\n]*)"?/im.exec(headers ?? '')?.[1]
    return named === name && content !== undefined ? [content] : []
  })
  return values.length === 1 && values[0] === value
}
