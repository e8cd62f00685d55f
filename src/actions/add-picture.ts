import { readMailPicture, type Picture } from '../domain/picture.ts'
import { savePictures } from '../store/pictures.ts'
import type { House } from './house.ts'

/**
 * Keeps a picture for messages, under an address that is the same for everybody.
 * @throws Problem `invalid-input` for what is no whole PNG or JPEG, or too heavy.
 */
export async function addPicture(house: House, file: Uint8Array): Promise<Picture> {
  const picture = readMailPicture('the picture', file)
  await house.database.sql.begin((tx) => savePictures(tx, [picture]))
  return picture
}
