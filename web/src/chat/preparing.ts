/** Makes chosen files ready to be sent: pictures as small as they have to be, the rest as it is. */

import { isDrawable, isPicture, MOST_BYTES, MOST_FILES, type FilePart } from "./files";

/** The longest side of a picture, in pixels, and how well it is drawn: tried one after the other. */
const SIZES = [[1568, 0.85], [1568, 0.7], [1200, 0.7], [900, 0.65], [640, 0.6], [400, 0.5]] as const;

export interface Prepared {
  readonly parts: readonly FilePart[];
  /** Those that are too large, whatever is done. */
  readonly tooLarge: readonly File[];
}

/** Texts go first into the room that there is; pictures share what is left of it. */
export async function prepared(files: readonly File[]): Promise<Prepared> {
  const parts = new Map<File, FilePart>();
  let room = MOST_BYTES;
  for (const file of files.filter(({ type }) => !isDrawable(type))) {
    if (file.size > room) continue;
    room -= file.size;
    parts.set(file, await part(file, file.name, file.type || "application/octet-stream"));
  }
  const pictures = files.filter(({ type }) => isDrawable(type));
  for (const [at, file] of pictures.entries()) {
    const small = await fitted(file, room / (pictures.length - at));
    if (!small) continue;
    room -= small.size;
    parts.set(file, await part(small, file.name, small.type));
  }
  return {
    parts: files.flatMap((file) => parts.get(file) ?? []),
    tooLarge: files.filter((file) => !parts.has(file)),
  };
}

/** Those that may be added to files that are chosen already. */
export function chosen(files: readonly File[], added: Iterable<File>): File[] {
  return [...files, ...added].slice(0, MOST_FILES);
}

/** A picture of at most so many bytes; null where that cannot be made of it. */
async function fitted(file: File, most: number): Promise<Blob | null> {
  if (isPicture({ mediaType: file.type }) && file.size <= most) return file;
  const drawn = await createImageBitmap(file).catch(() => null);
  if (!drawn) return null;
  try {
    for (const [side, quality] of SIZES) {
      const small = await redrawn(drawn, side, quality);
      if (small && small.size <= most) return small;
    }
    return null;
  } finally {
    drawn.close();
  }
}

function redrawn(drawn: ImageBitmap, side: number, quality: number): Promise<Blob | null> {
  const scale = Math.min(1, side / Math.max(drawn.width, drawn.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(drawn.width * scale));
  canvas.height = Math.max(1, Math.round(drawn.height * scale));
  const pen = canvas.getContext("2d");
  if (!pen) return Promise.resolve(null);
  pen.fillStyle = "#fff"; // what is transparent would be black in a JPEG
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(drawn, 0, 0, canvas.width, canvas.height);
  return new Promise((done) => canvas.toBlob(done, "image/jpeg", quality));
}

function part(content: Blob, filename: string, mediaType: string): Promise<FilePart> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => {
      done({ type: "file", mediaType, filename, url: withType(String(reader.result), mediaType) });
    });
    reader.addEventListener("error", () => fail(reader.error ?? new Error(filename)));
    reader.readAsDataURL(content);
  });
}

const withType = (url: string, type: string): string => `data:${type}${url.slice(url.indexOf(";"))}`;
