import { picturePath, readPicture } from '../domain/picture.ts'
import { Problem } from '../domain/problem.ts'
import { savePictures } from '../store/pictures.ts'
import type { House } from './house.ts'

/**
 * Keeps a picture for messages, under an address that is the same for everybody. @returns its path.
 * @throws Problem `invalid-input` for what is no whole PNG of at most 64 kB: mail programs show no SVG.
 */
export async function addPicture(house: House, file: Uint8Array): Promise<string> {
  const picture = readPicture('the picture', file)
  if (picture.type !== 'png')
    throw new Problem('invalid-input', 'the picture must be a PNG, because mail programs show no SVG; save it as one')
  await house.database.sql.begin((tx) => savePictures(tx, [picture]))
  return picturePath(picture)
}
