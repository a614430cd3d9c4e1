import type { IncomingMessage, ServerResponse } from "node:http";
import { listenOnLoopback, type Listening } from "./loopback.ts";
import { markup, type Markup } from "./markup.ts";

/** An app without a login of its own: it trusts the identity headers from the proxy, and shows them. */
export function startApp(): Promise<Listening> {
  return listenOnLoopback((request, response) => answer(request, response));
}

function answer({ url = "/", headers }: IncomingMessage, response: ServerResponse): void {
  const identity = Object.entries(headers).filter(([name]) => name.startsWith("x-auth-request-"));
  response.setHeader("Content-Type", "text/html; charset=utf-8");
  response.setHeader("Cache-Control", "no-store");
  response.setHeader("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'");
  response.end(page(url, identity).text);
}

const style = markup`
:root { color-scheme: light dark; --ink: #23301f; --soft: #55634f; --paper: #f1f5ee; --card: #fff; --line: #d5dfcf; --leaf: #2f6b33; }
@media (prefers-color-scheme: dark) { :root { --ink: #e6ece3; --soft: #a5b3a0; --paper: #121611; --card: #1b211a; --line: #334031; --leaf: #8fcf93; } }
body { margin: 0; padding: 1.5rem; background: var(--paper); color: var(--ink); font: 1rem/1.55 system-ui, sans-serif; }
main { max-width: 44rem; margin: 8vh auto 0; padding: 2rem; background: var(--card); border: 1px solid var(--line); border-radius: .75rem; }
h1 { margin: 0 0 .75rem; font-size: 1.5rem; line-height: 1.3; }
dl { margin: 1.5rem 0; border-top: 1px solid var(--line); }
dl div { padding: .55rem 0; border-bottom: 1px solid var(--line); }
dt { color: var(--soft); font: .85rem ui-monospace, monospace; }
dd { margin: 0; font-weight: 600; overflow-wrap: anywhere; }
nav { display: flex; flex-wrap: wrap; gap: .5rem 1.5rem; }
a { color: var(--leaf); font-weight: 600; }
`;

function page(path: string, identity: readonly [string, string | string[] | undefined][]): Markup {
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>The app</title>
<style>${style}</style>
</head>
<body>
<main>
<h1>You are in</h1>
<p>This is the app that doorward protects. You opened <strong>${path}</strong>, and this is who the proxy says you are:</p>
<dl>
${identity.map(([name, value]) => markup`<div><dt>${spelled(name)}</dt><dd>${shown(value)}</dd></div>\n`)}
</dl>
<nav><a href="/_auth/sign_out?rd=/">Sign out</a>
<a href="/_auth/start?rd=/&amp;prompt=select_account">Use another account</a></nav>
</main>
</body>
</html>
`;
}

/** Node lowercases header names; show them as X-Auth-Request-User. */
function spelled(name: string): string {
  return name.replace(/(^|-)[a-z]/g, (letter) => letter.toUpperCase());
}

/** Node reads header values as Latin-1; doorward sends UTF-8. */
function shown(value: string | string[] | undefined): string {
  const text = Buffer.from([value ?? ""].flat().join(", "), "latin1").toString();
  return text === "" ? "—" : text;
}
