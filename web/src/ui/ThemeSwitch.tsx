import { useCell } from "../cell";
import { applyTheme, theme, THEMES } from "../theme";
import { say } from "../words";
import { Icon } from "./icons";

export function ThemeSwitch() {
  const chosen = useCell(theme);
  return (
    <fieldset className="theme">
      <legend className="unseen">{say("theme")}</legend>
      {THEMES.map((each) => (
        <label key={each} title={say(each)}>
          <input
            type="radio"
            name="theme"
            className="unseen"
            checked={chosen === each}
            onChange={() => applyTheme(each)}
          />
          <Icon name={each} />
          <span className="unseen">{say(each)}</span>
        </label>
      ))}
    </fieldset>
  );
}
