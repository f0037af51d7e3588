import { LIGHTS, type Listening } from "../chat/listening";

const ALL = [1, 2, 3, 4];

/** The sign of listening: four lights, one more with each stage, and a few words. */
export function Status({ listening }: { readonly listening: Listening | null }) {
  return (
    <p className={listening ? `status ${listening.sign}` : "status"} role="status">
      {listening && (
        <>
          <span className="lights" aria-hidden="true">
            {ALL.map((light) => (
              <i key={light} className={light <= LIGHTS[listening.sign] ? "on" : ""} />
            ))}
          </span>
          <span>{listening.text}</span>
        </>
      )}
    </p>
  );
}
