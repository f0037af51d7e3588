/** The files of a message, and how much of them may be sent. Pure. */

import type { FileUIPart } from "ai";
import type { Message } from "./message";

export const MOST_FILES = 5;
/** All files of a message together, in bytes: in base64, with the words, they stay below 1 MiB. */
export const MOST_BYTES = 700_000;

/** The pictures that models take; browsers show them, and draw any other picture they know as one. */
const PICTURES = new Set(["image/png", "image/jpeg", "image/gif", "image/webp"]);

export type FilePart = FileUIPart;

export const filesOf = (message: Message): FilePart[] => message.parts.filter((part) => part.type === "file");

export const isPicture = ({ mediaType }: { readonly mediaType: string }): boolean => PICTURES.has(mediaType);

/** Whether a browser may be asked to draw it; a drawing in text stays a text. */
export const isDrawable = (type: string): boolean => type.startsWith("image/") && !type.includes("svg");
