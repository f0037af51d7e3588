/** Copies a text; whether that was possible. A page without https, or one that the browser does not
 * allow the clipboard's own interface, takes the old way. */
export async function copyText(text: string): Promise<boolean> {
  if (!window.isSecureContext) return copyByHand(text);
  return navigator.clipboard.writeText(text).then(() => true, () => copyByHand(text));
}

function copyByHand(text: string): boolean {
  const before = document.activeElement;
  const field = document.createElement("textarea");
  field.value = text;
  field.className = "unseen";
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (before instanceof HTMLElement) before.focus();
  return isCopied;
}
