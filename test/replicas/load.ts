import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { navigation, type HttpResponse } from "../peers/browser.ts";
import { setCookies } from "../peers/sign-in-door.ts";
import { site, type Replicas } from "./replicas.ts";
import { cookieNameOf } from "../peers/cookie-name.ts";

/** The result of one request of the load. */
export interface LoadResult {
  readonly kind: "signed in" | "no session" | "/start" | "/callback" | "nginx";
  readonly status: number;
  /** When it was sent, and how long it took, in milliseconds of `performance.now()`. */
  readonly begun: number;
  readonly took: number;
  readonly setCookies: readonly string[];
}

export interface Load {
  readonly results: LoadResult[];
  /** Stops the load and waits for requests in flight. */
  stop(): Promise<void>;
}

const betweenMs = 30;

/** Sends requests of every kind to all replicas until it is stopped. `cookies` belong to live sessions. */
export function startLoad(replicas: Replicas, cookies: readonly string[], ended: string): Load {
  const results: LoadResult[] = [];
  const stopping = new AbortController();
  let turn = 0;
  const note = async (
    kind: LoadResult["kind"],
    send: () => Promise<HttpResponse>,
  ): Promise<HttpResponse> => {
    const begun = performance.now();
    const answer = await send();
    const took = performance.now() - begun;
    results.push({ kind, status: answer.status, begun, took, setCookies: setCookies(answer) });
    return answer;
  };
  const cookie = () => cookies[turn % cookies.length] ?? "";
  const visitors: (() => Promise<unknown>)[] = [
    () => note("signed in", () => replicas.verify(turn, cookie())),
    () => note("nginx", () => replicas.ask(turn, "/verify", { ...original, Cookie: cookie() })),
    () => note("no session", () => replicas.verify(turn, "")),
    () => note("no session", () => replicas.verify(turn, `${cookieNameOf(site)}=${random()}`)),
    () => note("no session", () => replicas.verify(turn, ended)),
    () =>
      note("/start", () => replicas.ask(turn, "/start?rd=/", { ...navigation, Cookie: cookie() })),
    async () => {
      const browser = replicas.browserAt(turn);
      const start = await browser.open(`${site}/start`, 0);
      if (start.status !== 302) return;
      const url = replicas.issuer.consent(String(start.headers.location));
      await note("/callback", () => browser.ask(url));
    },
  ];
  const loops = visitors.map(async (visit) => {
    while (!stopping.signal.aborted) {
      turn++;
      await visit();
      await pause(betweenMs);
    }
  });
  return {
    results,
    async stop() {
      stopping.abort();
      await Promise.all(loops);
    },
  };
}

const original = { "X-Original-URL": `${new URL(site).origin}/`, "X-Original-Method": "GET" };

function random(): string {
  return randomBytes(32).toString("base64url");
}
