import { greeting, say, suggestions } from "../words";
import { Mark } from "./icons";

/** The first screen: who is there, and a few questions to begin with. */
export function Welcome({ onAsk }: { readonly onAsk: (text: string) => void }) {
  return (
    <section className="welcome" aria-labelledby="greeting">
      <Mark />
      <h2 id="greeting">{greeting()}</h2>
      <p>{say("invitation")}</p>
      <ul className="suggestions" aria-label={say("suggestions")}>
        {suggestions().map((text) => (
          <li key={text}>
            <button type="button" onClick={() => onAsk(text)}>{text}</button>
          </li>
        ))}
      </ul>
    </section>
  );
}
