import type { ServerResponse } from "node:http";

/** What goes wrong at providers. */
export const faults = ["500", "403", "a page of HTML", "an empty answer", "silence"] as const;

export type Fault = (typeof faults)[number];

/** Answers instead of the provider, at one of its addresses. */
export function misbehave(fault: Fault, response: ServerResponse): void {
  const type = fault === "a page of HTML" ? "text/html" : "application/json";
  response.writeHead(Number(fault) || 200, { "Content-Type": type });
  // Silence in the middle: an answer that begins and does not end keeps whoever only waits for its head.
  if (fault === "silence") response.write('{"id":');
  else if (fault === "a page of HTML")
    response.end("<h1>Please sign in to the hotel's network</h1>");
  else if (fault === "an empty answer") response.end();
  else response.end(JSON.stringify({ message: "Something went wrong" }));
}
