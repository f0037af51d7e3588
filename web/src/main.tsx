import { createRoot } from "react-dom/client";
import "./connection/no-eval";
import "./styles/page.css";
import { App } from "./ui/App";
import { applyTheme, theme } from "./theme";

applyTheme(theme.get());
const page = document.getElementById("page");
if (page) createRoot(page).render(<App />);
