import { memo } from "react";
import { languageOf } from "../chat/language";
import { isCalm, outcomeOf, sourcesOf, stepsOf, textOf, type Message } from "../chat/message";
import { assistantName } from "../place";
import { say } from "../words";
import { Blocks } from "./Blocks";
import { CopyButton } from "./CopyButton";
import { IconButton } from "./IconButton";
import { Icon, Mark } from "./icons";
import { Note } from "./Note";
import { Sources } from "./Sources";
import { Steps } from "./Steps";

interface Props {
  readonly message: Message;
  readonly isLive: boolean;
  readonly isLast: boolean;
  readonly onRegenerate: (message: Message) => void;
}

export const Answer = memo(function Answer({ message, isLive, isLast, onRegenerate }: Props) {
  const text = textOf(message);
  const outcome = isLive ? undefined : outcomeOf(message);
  return (
    <article className="answer" aria-label={assistantName} aria-busy={isLive}>
      <span className="face"><Mark /></span>
      <div className="body" lang={languageOf(text)}>
        <Steps steps={stepsOf(message)} />
        {text && <Blocks text={text} isLive={isLive} />}
        <Sources sources={sourcesOf(message)} />
        {outcome && <Note outcome={outcome} />}
        {!isLive && (
          <div className={isLast ? "actions always" : "actions"}>
            {text && <CopyButton label={say("copy")} text={() => text} />}
            {isLast && <AgainButton isWorded={outcome !== undefined && !isCalm(outcome)} onClick={() => onRegenerate(message)} />}
          </div>
        )}
      </div>
    </article>
  );
});

/** In words where an answer is missing, else a small sign. */
function AgainButton({ isWorded, onClick }: { readonly isWorded: boolean; readonly onClick: () => void }) {
  if (!isWorded) return <IconButton icon="again" label={say("regenerate")} onClick={onClick} />;
  return (
    <button type="button" className="plain again" onClick={onClick}>
      <Icon name="again" /> {say("regenerate")}
    </button>
  );
}
