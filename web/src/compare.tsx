import { createRoot } from "react-dom/client";
import "./connection/no-eval";
import "./styles/page.css";
import "./styles/compare.css";
import { applyTheme, theme } from "./theme";
import { Compare } from "./ui/Compare";

applyTheme(theme.get());
const page = document.getElementById("page");
if (page) createRoot(page).render(<Compare />);
