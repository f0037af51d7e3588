/** Marks that turn the direction of text around: they can make code and addresses look like others. */

const CONTROLS = /[\u202A-\u202E\u2066-\u2069\u200E\u200F\u061C]/gu;

export const withoutControls = (text: string): string => text.replace(CONTROLS, "");
