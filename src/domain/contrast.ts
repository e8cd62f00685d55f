/** A brand's colour as a page may use it: for links and rules on the page, and as a ground with `onBrand` written on it. */
export type Shade = { brand: string; onBrand: string }

type Rgb = readonly [number, number, number]

/** What WCAG 2.2 asks of text (1.4.3). */
const enough = 4.5

/** The grounds that views/style.css draws links on, in each mode; the first one is the page's own. */
const grounds = { light: ['#ffffff', '#f4f5f7'], dark: ['#14161a', '#1e2127'] } as const

/**
 * The nearest shades of a colour that keep a contrast of at least 4.5:1 with the light and with the dark pages,
 * and with what is written on them. `colour` is `#rgb` or `#rrggbb`; anything else gives the shades of black.
 */
export function shadesOf(colour: string): { light: Shade; dark: Shade } {
  const given = rgbOf(colour) ?? [0, 0, 0]
  return {
    light: { brand: nudged(given, [0, 0, 0], grounds.light), onBrand: grounds.light[0] },
    dark: { brand: nudged(given, [255, 255, 255], grounds.dark), onBrand: grounds.dark[0] },
  }
}

/** The contrast of two colours, 1 to 21. @see https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
export function contrastOf(one: string, other: string): number {
  const [a, b] = [luminance(rgbOf(one) ?? [0, 0, 0]), luminance(rgbOf(other) ?? [0, 0, 0])]
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05)
}

/** Mixes a colour with black or white in steps of a hundredth, until it stands out from every ground. */
function nudged(colour: Rgb, towards: Rgb, backgrounds: readonly string[]): string {
  for (let step = 0; step <= 100; step++) {
    const [r, g, b] = colour.map((part, index) => Math.round(part + ((towards[index] ?? 0) - part) * (step / 100)))
    const shade = hexOf([r ?? 0, g ?? 0, b ?? 0])
    if (backgrounds.every((ground) => contrastOf(shade, ground) >= enough)) return shade
  }
  return hexOf(towards)
}

function luminance(colour: Rgb): number {
  const [r, g, b] = colour.map((part) => {
    const share = part / 255
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * (r ?? 0) + 0.7152 * (g ?? 0) + 0.0722 * (b ?? 0)
}

function rgbOf(colour: string): Rgb | null {
  const short = /^#([\da-f])([\da-f])([\da-f])$/i
    .exec(colour)
    ?.slice(1)
    .map((digit) => digit + digit)
  const [r, g, b] = short ?? /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})$/i.exec(colour)?.slice(1) ?? []
  if (r === undefined || g === undefined || b === undefined) return null
  return [Number.parseInt(r, 16), Number.parseInt(g, 16), Number.parseInt(b, 16)]
}

function hexOf(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, '0')).join('')}`
}
