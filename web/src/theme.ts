/** Light, dark, or as the system has it; remembered in this browser. */

import { Cell } from "./cell";

export type Theme = "system" | "light" | "dark";

export const THEMES: readonly Theme[] = ["system", "light", "dark"];
const KEY = "aizuchi-theme";

export const theme = new Cell<Theme>(remembered());

export function applyTheme(chosen: Theme): void {
  theme.set(chosen);
  document.documentElement.dataset["theme"] = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // A browser that keeps nothing has its theme until the page is closed.
  }
}

function remembered(): Theme {
  try {
    const kept = localStorage.getItem(KEY);
    return THEMES.find((each) => each === kept) ?? "system";
  } catch {
    return "system";
  }
}
