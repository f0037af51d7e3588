import { killServer } from "../connection/api";
import { canKill } from "../place";
import { say } from "../words";
import { Icon } from "./icons";
import { IconButton } from "./IconButton";

interface Props {
  readonly title: string;
  readonly isDrawerOpen: boolean;
  readonly onMenu: () => void;
  readonly onNew: () => void;
}

export function TopBar({ title, isDrawerOpen, onMenu, onNew }: Props) {
  return (
    <header className="top">
      <IconButton
        icon="menu"
        label={say("openChats")}
        className="narrow-only"
        aria-expanded={isDrawerOpen}
        aria-controls="chats"
        onClick={onMenu}
      />
      <h1 dir="auto" className={title ? "" : "untitled"}>{title || say("untitled")}</h1>
      {canKill && <KillButton />}
      <IconButton icon="plus" label={say("newChat")} className="narrow-only" onClick={onNew} />
    </header>
  );
}

/** Only where somebody runs us on their own machine to see what we hold. */
export function KillButton() {
  return (
    <button type="button" className="kill" title={say("killHint")} onClick={() => void killServer()}>
      <Icon name="plug" /> <span>{say("kill")}</span>
    </button>
  );
}
