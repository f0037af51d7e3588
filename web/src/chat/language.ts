/** Japanese where there are kana: its letters are then not drawn as Chinese ones. Pure. */
export function languageOf(text: string): "ja" | undefined {
  return /[\u3041-\u30FE]/.test(text) ? "ja" : undefined;
}
