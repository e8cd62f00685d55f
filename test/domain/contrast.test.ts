import t from 'tap'
import { contrastOf, shadesOf } from '../../src/domain/contrast.ts'

t.test('contrast is reckoned as WCAG does', async (t) => {
  t.equal(contrastOf('#000000', '#fff'), 21)
  t.equal(contrastOf('#777777', '#777777'), 1)
  t.equal(contrastOf('#0b57a4', '#ffffff').toFixed(1), '7.2')
  t.equal(contrastOf('#7db7ff', '#14161a').toFixed(1), '8.7')
})

t.test(
  'every brand colour ends up readable on every ground, in light and in dark, and so does what is written on it',
  async (t) => {
    for (let red = 0; red < 256; red += 51) {
      for (let green = 0; green < 256; green += 51) {
        for (let blue = 0; blue < 256; blue += 51) {
          const colour = `#${[red, green, blue].map((part) => part.toString(16).padStart(2, '0')).join('')}`
          const { light, dark } = shadesOf(colour)
          for (const [shade, grounds] of [
            [light, ['#ffffff', '#f4f5f7', light.onBrand]],
            [dark, ['#14161a', '#1e2127', dark.onBrand]],
          ] as const) {
            const worst = Math.min(...grounds.map((ground) => contrastOf(shade.brand, ground)))
            if (worst < 4.5) t.fail(`${colour} becomes ${shade.brand}, ${worst}`)
          }
        }
      }
    }
    t.pass()
  },
)

t.test('a colour that can be read already stays as it is', async (t) => {
  t.equal(shadesOf('#0b57a4').light.brand, '#0b57a4')
  t.equal(shadesOf('#7db7ff').dark.brand, '#7db7ff')
  t.equal(shadesOf('#ABC').dark.brand, '#aabbcc')
})

t.test('what is no colour gives one that can be read', async (t) => {
  t.equal(shadesOf('red; }').light.brand, '#000000')
  t.ok(contrastOf(shadesOf('').dark.brand, '#1e2127') >= 4.5)
})
