import { tryAgain, type Page } from "./page.ts";
import { text } from "./text.ts";

/** The page of a visitor whose address sends more requests than people do. */
export function tooManyRequestsPage(again: string): Page {
  return {
    kind: "too-many-requests",
    status: 429,
    title: text("tooManyRequests", "title"),
    paragraphs: [text("tooManyRequests", "text"), text("tooManyRequests", "nextStep")],
    actions: [tryAgain(again)],
  };
}
