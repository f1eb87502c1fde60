import sharp from 'sharp';

/** A small picture of one colour. */
export const pictureOf = async (
  colour: string,
  {
    type = 'png',
    width = 40,
    height = 30,
  }: { type?: 'png' | 'jpeg' | 'webp' | 'gif' | 'avif'; width?: number; height?: number } = {},
): Promise<Uint8Array<ArrayBuffer>> => {
  const picture = sharp({ create: { width, height, channels: 3, background: colour } });
  return new Uint8Array(await picture.toFormat(type).toBuffer());
};

/** The colour of a picture of one colour: red, green and blue of 0 to 255. */
export const colourOf = async (bytes: Uint8Array): Promise<number[]> => {
  const { dominant } = await sharp(bytes).stats();
  return [dominant.r, dominant.g, dominant.b];
};
