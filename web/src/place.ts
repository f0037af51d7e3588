/** What the server wrote into the page: where and as whom we speak. */

const facts = document.documentElement.dataset;

export type Language = "en" | "ja";

export const language: Language = document.documentElement.lang === "ja" ? "ja" : "en";
export const assistantName = facts["name"] ?? "aizuchi";
export const canKill = facts["killable"] === "yes";
export const wantsWebSocket = new URLSearchParams(location.search).get("over") === "websocket";
