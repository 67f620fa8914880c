/**
 * Shrinking: a camera's picture is drawn anew, the right way up, small enough to be sent from a field. What a camera writes beside the
 * pixels (the place, the owner, the time) stays behind.
 */
import { fitInto, PHOTO_SIDE, THUMBNAIL_SIDE } from "#lib/domain/file";

/** A picture as it is kept: always a JPEG, which every browser makes. */
export interface Shrunk {
  readonly bytes: ArrayBuffer;
  readonly thumbnail: ArrayBuffer;
  readonly width: number;
  readonly height: number;
}

export const PHOTO_TYPE = "image/jpeg";
const QUALITY = 0.82;
const THUMBNAIL_QUALITY = 0.7;

/** Returns the picture and its small one; rejects where this browser cannot read it. */
export async function shrink(picture: Blob): Promise<Shrunk> {
  // The camera says which way is up; the drawing does not.
  const bitmap = await createImageBitmap(picture, { imageOrientation: "from-image" });
  try {
    const [width, height] = fitInto(bitmap.width, bitmap.height, PHOTO_SIDE);
    const bytes = await draw(bitmap, width, height, QUALITY);
    const thumbnail = await draw(bitmap, ...fitInto(width, height, THUMBNAIL_SIDE), THUMBNAIL_QUALITY);
    return { bytes, thumbnail, width, height };
  } finally {
    bitmap.close();
  }
}

async function draw(bitmap: ImageBitmap, width: number, height: number, quality: number): Promise<ArrayBuffer> {
  const canvas = document.createElement("canvas");
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  if (context === null) throw new Error("no canvas");
  context.imageSmoothingQuality = "high";
  context.fillStyle = "#fff"; // what is see-through would become black
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, PHOTO_TYPE, quality));
  if (blob === null || blob.type !== PHOTO_TYPE) throw new Error("no picture");
  return blob.arrayBuffer();
}
