/** Which addresses an answer may link to, and what a person is told of where they lead. */

const SCHEMES = new Set(["http:", "https:", "mailto:"]);

/** The address of a link that may be followed; null for any other. */
export function safeAddress(href: string): URL | null {
  const address = URL.canParse(href) ? new URL(href) : null;
  return address && SCHEMES.has(address.protocol) ? address : null;
}

/** Where a link leads, as a person would say it. */
export function placeOf(address: URL): string {
  return address.protocol === "mailto:" ? address.pathname : address.host;
}

/** Whether the text of a link names another host than the link leads to. */
export function isMisleading(text: string, address: URL): boolean {
  const named = /^\s*(?:https?:\/\/)?((?:[\w-]+\.)+[a-z]{2,})(?:[/:?#]|\s*$)/i.exec(text)?.[1];
  return named !== undefined && !isSameHost(named.toLowerCase(), placeOf(address).toLowerCase());
}

const isSameHost = (named: string, host: string): boolean => bare(named) === bare(host);

const bare = (host: string): string => host.replace(/^www\./, "").replace(/:\d+$/, "");
