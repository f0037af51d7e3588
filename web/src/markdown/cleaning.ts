/** The second lock: whatever became HTML passes DOMPurify, as Trusted Types ask of all HTML. */

import DOMPurify from "dompurify";

const TAGS =
  "p br hr em strong del code pre blockquote ul ol li h1 h2 h3 h4 h5 h6 a span table thead tbody tr th td div button";
const ATTRIBUTES = "title target rel class dir start align tabindex role aria-label type";

DOMPurify.setConfig({
  ALLOWED_TAGS: [...TAGS.split(" "), "#text"],
  ALLOWED_ATTR: ["href", ...ATTRIBUTES.split(" ")],
  ADD_URI_SAFE_ATTR: ATTRIBUTES.split(" "),
  ALLOWED_URI_REGEXP: /^(?:https?:|mailto:)/i,
  ALLOW_DATA_ATTR: false,
  ALLOW_ARIA_ATTR: false,
  RETURN_TRUSTED_TYPE: true,
});

/** HTML that may be shown. In a browser without Trusted Types it is a string. */
export function cleaned(html: string): TrustedHTML | string {
  return DOMPurify.sanitize(html, { RETURN_TRUSTED_TYPE: true });
}
