import type { ServerResponse } from "node:http";

/** The failures of providers that the tests simulate. */
export const faults = ["500", "403", "a page of HTML", "an empty answer", "silence"] as const;

export type Fault = (typeof faults)[number];

/** Answers with the fault instead of the provider. */
export function misbehave(fault: Fault, response: ServerResponse): void {
  const type = fault === "a page of HTML" ? "text/html" : "application/json";
  response.writeHead(Number(fault) || 200, { "Content-Type": type });
  // Silence in the body: a client that only limits the wait for the head would hang.
  if (fault === "silence") response.write('{"id":');
  else if (fault === "a page of HTML")
    response.end("<h1>Please sign in to the hotel's network</h1>");
  else if (fault === "an empty answer") response.end();
  else response.end(JSON.stringify({ message: "Something went wrong" }));
}
