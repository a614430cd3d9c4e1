import { en } from "./languages/en.ts";
import { text } from "./text.ts";
import { viewOf, type View } from "./view.ts";

/** A view that has everything a page can have: a template may name these values and no others. */
export const sampleView: View = viewOf(
  {
    kind: "denied",
    status: 403,
    title: text("denied", "title"),
    paragraphs: [text("denied", "account", { account: "ada@example.com", app: "app.example.com" })],
    facts: [{ name: text("own", "account"), value: "ada@example.com" }],
    actions: [
      {
        href: "https://auth.example.com/start",
        label: text("common", "continueWith", { provider: "Example" }),
        isFirst: true,
        isNewWindow: true,
        mark: "data:image/svg+xml,",
        hint: text("choose", "lastUsed"),
      },
    ],
    requestId: "0123456789ab",
    operatorNote: text("denied", "operator", { code: "0123456789ab", fields: "noGroups" }),
  },
  { tag: "en", texts: en },
  {
    name: "Example",
    logo: "data:image/png;base64,",
    support: "mailto:help@example.com",
    footer: "Example",
  },
);
