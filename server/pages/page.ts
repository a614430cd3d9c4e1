import { createHash } from "node:crypto";
import { HttpResponse } from "../http/response.ts";

/** Markup that is already safe; only `markup` makes it. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** Escapes every value that `markup` did not make. */
export function markup(
  strings: TemplateStringsArray,
  ...values: readonly (string | Markup | readonly Markup[])[]
): Markup {
  const rendered = values.map((value) => {
    if (value instanceof Markup) return value.text;
    return typeof value === "string" ? escape(value) : value.map(({ text }) => text).join("");
  });
  return new Markup(String.raw({ raw: strings }, ...rendered));
}

const entities: Record<string, string> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

function escape(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => entities[sign] ?? "");
}

const style = `
:root { color-scheme: light dark; --ink: #1d2430; --soft: #5a6475; --paper: #f4f5f7; --card: #fff; --line: #dcdfe5; --door: #2f5d8a; --on-door: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8ebf0; --soft: #a3acbb; --paper: #14171c; --card: #1d2128; --line: #333a45; --door: #8db8e2; --on-door: #10151c; } }
* { box-sizing: border-box; }
body { margin: 0; min-height: 100vh; display: grid; place-items: center; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { width: 100%; max-width: 27rem; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.35rem; line-height: 1.3; }
p { margin: .75rem 0; overflow-wrap: anywhere; }
main > :last-child { margin-bottom: 0; }
.actions { display: grid; gap: .6rem; margin-top: 1.5rem; }
.actions:empty { display: none; }
.button { display: block; width: 100%; padding: .65rem 1rem; border: 1px solid var(--door); border-radius: .5rem; background: transparent; color: var(--door); font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
.button.first { background: var(--door); color: var(--on-door); }
.button:focus-visible { outline: 3px solid var(--door); outline-offset: 2px; }
.note { margin: 1.5rem 0 0; color: var(--soft); font-size: .85rem; }
`;

const styleHash = createHash("sha256").update(style).digest("base64");

/** No scripts, no requests to other addresses, no framing (RFC 9700 §4.16). */
function securityHeaders(): string[] {
  const policy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;
  return [
    "Content-Security-Policy",
    policy,
    "X-Content-Type-Options",
    "nosniff",
    "X-Frame-Options",
    "DENY",
    "Referrer-Policy",
    "no-referrer",
  ];
}

interface PageContent {
  readonly title: string;
  readonly body: Markup;
}

/** A complete HTML page as a response. */
export function page(
  status: number,
  { title, body }: PageContent,
  ...headers: string[]
): HttpResponse {
  const text = markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="robots" content="noindex">
<title>${title}</title>
<style>${new Markup(style)}</style>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text;
  const type = ["Content-Type", "text/html; charset=utf-8"];
  return new HttpResponse(status, [...type, ...securityHeaders(), ...headers], text);
}

/** A link for one of the next steps. */
export function button(href: string, label: string): Markup {
  return markup`<a class="button" href="${href}">${label}</a>`;
}

/** The next step that most people want. */
export function firstButton(href: string, label: string): Markup {
  return markup`<a class="button first" href="${href}">${label}</a>`;
}

/** The request id to give when asking for help; the log has the details under the same id. */
export function requestNote(requestId: string): Markup {
  return markup`<p class="note">
    If you ask somebody for help, tell them this code: ${requestId}
  </p>`;
}
