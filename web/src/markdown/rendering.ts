/** Markdown to HTML that can do nothing: no raw HTML, no image that loads, links to the web only. */

import { Marked, type RendererObject, type Token, type TokensList } from "marked";
import { say } from "../words";
import { isMisleading, placeOf, safeAddress } from "./addresses";
import { withoutControls } from "./bidi";
import { cjkEmphasis } from "./emphasis";
import { escaped } from "./escaping";
import { Reader } from "./reader";

const AWAY = 'target="_blank" rel="noreferrer noopener"';
const LINE_BREAK = /^<br\s*\/?>$/i;

const renderer: RendererObject = {
  html: ({ text }) => (LINE_BREAK.test(text.trim()) ? "<br>" : escaped(text)),
  code: ({ text, lang }) => codeHtml(text, lang ?? ""),
  codespan: ({ text }) => `<code>${escaped(withoutControls(text))}</code>`,
  image: ({ href, text }) => imageCard(href, text),
  checkbox: ({ checked }) => `<span class="check">${checked ? "☑" : "☐"}</span> `,
  link({ href, tokens }) {
    const inner = withoutControls(this.parser.parseInline(tokens));
    const address = safeAddress(href);
    if (!address) return `<span dir="auto">${inner}</span>`;
    const place = escaped(placeOf(address));
    const warning = isMisleading(plain(tokens), address) ? ` <span class="host">(${place})</span>` : "";
    return `<a href="${escaped(address.href)}" title="${place}" ${AWAY} dir="auto">${inner}</a>${warning}`;
  },
  heading({ depth, tokens }) {
    return `<h${depth} dir="auto">${this.parser.parseInline(tokens)}</h${depth}>`;
  },
  paragraph({ tokens }) {
    return `<p dir="auto">${this.parser.parseInline(tokens)}</p>`;
  },
  table({ header, rows }) {
    const cells = (row: typeof header, tag: string): string =>
      row.map(({ tokens, align }) => {
        const side = align ? ` align="${align}"` : "";
        return `<${tag} dir="auto"${side}>${this.parser.parseInline(tokens)}</${tag}>`;
      }).join("");
    const body = rows.map((row) => `<tr>${cells(row, "td")}</tr>`).join("");
    const table = `<table><thead><tr>${cells(header, "th")}</tr></thead><tbody>${body}</tbody></table>`;
    return `<div class="table" role="group" tabindex="0" aria-label="${say("table")}">${table}</div>`;
  },
};

const marked = new Marked({ gfm: true, breaks: true, renderer, extensions: [cjkEmphasis] });

export const newReader = (): Reader => new Reader(marked.defaults);

/** Makes the largest heading one of the second level: the page's own title is the first. */
export function level(blocks: Token[]): Token[] {
  const depths = blocks.flatMap((block) => (block.type === "heading" ? [Number(block["depth"])] : []));
  const shift = 2 - Math.min(...depths);
  return blocks.map((block) =>
    block.type === "heading" ? { ...block, depth: Math.min(Number(block["depth"]) + shift, 6) } : block,
  );
}

/** One block as HTML; it still has to be cleaned. */
export function htmlOf(block: Token): string {
  return marked.parser([block] as unknown as TokensList);
}

function plain(tokens: Token[]): string {
  return tokens.map((token) => ("text" in token ? String(token.text) : token.raw)).join("");
}

function imageCard(href: string, alt: string): string {
  const address = safeAddress(href);
  const name = escaped(withoutControls(alt)) || say("image");
  if (!address || address.protocol === "mailto:") return `<span class="image">${name}</span>`;
  const host = `<span class="host">${escaped(address.host)}</span>`;
  return `<a class="image" href="${escaped(address.href)}" title="${escaped(address.host)}" ${AWAY}>${name} ${host}</a>`;
}

/** A code block inside another block; one of its own is drawn by the page. */
function codeHtml(text: string, lang: string): string {
  const name = escaped(languageName(lang));
  const copy = `<button type="button" class="copy-code">${say("copyCode")}</button>`;
  const code = `<code dir="ltr">${escaped(withoutControls(text))}</code>`;
  return `<div class="code"><div class="code-head"><span>${name}</span>${copy}</div><pre tabindex="0">${code}</pre></div>`;
}

/** The first word after the fence, where it can be a language's name. */
export function languageName(lang: string): string {
  return /^[\w+#.-]{1,24}/.exec(lang)?.[0] ?? "";
}
