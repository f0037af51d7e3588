import type { Source } from "../chat/message";
import { say } from "../words";

/** Where the assistant has found what it says. */
export function Sources({ sources }: { readonly sources: readonly Source[] }) {
  if (sources.length === 0) return null;
  return (
    <ul className="sources" aria-label={say("sources")}>
      {sources.map(({ url, title }) => (
        <li key={url}>
          <a href={url} target="_blank" rel="noopener noreferrer nofollow" dir="auto">{title}</a>
        </li>
      ))}
    </ul>
  );
}
