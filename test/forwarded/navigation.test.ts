import { describe, expect, it } from "vitest";
import { isNavigation } from "../../server/forwarded/navigation.ts";
import { RequestHeaders } from "../../server/forwarded/request-headers.ts";

const html = { Accept: "text/html,application/xhtml+xml" };

function isPage(headers: Record<string, string>): boolean {
  return isNavigation(new RequestHeaders(Object.entries(headers).flat()));
}

describe("a visitor opens a page", () => {
  it.each<[string, Record<string, string>]>([
    ["a document", { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document" }],
    ["a frame", { "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe" }],
    ["a navigation without a destination", { "Sec-Fetch-Mode": "navigate" }],
    ["HTML, in a browser without Fetch Metadata", html],
    ["HTML in capitals", { Accept: "TEXT/HTML" }],
    ["HTML as the last choice", { Accept: "application/xml, text/html;q=0.5" }],
  ])("with %s", (_, headers) => {
    expect(isPage(headers)).toBe(true);
  });
});

describe("no page is opened", () => {
  it.each<[string, Record<string, string>]>([
    ["nothing", {}],
    ["another mode", { ...html, "Sec-Fetch-Mode": "cors" }],
    ["a destination without a mode", { ...html, "Sec-Fetch-Dest": "document" }],
    ["a site without a mode", { ...html, "Sec-Fetch-Site": "none" }],
    ["an image", { ...html, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "image" }],
    ["an empty destination", { ...html, "Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "" }],
    ["another type", { Accept: "application/json" }],
    ["a script", { ...html, "X-Requested-With": "XMLHttpRequest" }],
    ["credentials", { ...html, Authorization: "Basic eA==" }],
    ["a WebSocket", { ...html, "Sec-WebSocket-Key": "eA==" }],
  ])("with %s", (_, headers) => {
    expect(isPage(headers)).toBe(false);
  });
});
