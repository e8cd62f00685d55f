const longest = 500

/**
 * Where to go on after a sign-in: a path of the staff's own pages with its query, and nothing that a browser could read as
 * another site. Null for everything else.
 */
export function ownPath(text: string): string | null {
  if (text.length > longest || !/^\/(?:audit|admin|staff)(?:[/?]|$)/.test(text)) return null
  if (/[^!-~]|[\\#]/.test(text) || !URL.canParse(text, 'http://here')) return null
  const url = new URL(text, 'http://here')
  return url.host === 'here' && `${url.pathname}${url.search}` === text ? text : null
}
