import { randomBytes } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { navigation, type HttpResponse } from "../peers/browser.ts";
import { setCookies } from "../peers/sign-in-door.ts";
import { site, type Replicas } from "./replicas.ts";

/** What one request of the load came to. */
export interface ForwardedResult {
  readonly kind: "signed in" | "nobody" | "/start" | "/callback" | "nginx";
  readonly status: number;
  /** When it was sent, and how long it took, in milliseconds of `performance.now()`. */
  readonly begun: number;
  readonly took: number;
  readonly setCookies: readonly string[];
}

export interface Load {
  readonly told: ForwardedResult[];
  /** Ends it, and waits for what is under way. */
  stop(): Promise<void>;
}

const betweenMs = 10;

/** Visitors of every kind, at all replicas, until it is stopped. `cookies` are of those who are signed in. */
export function startLoad(replicas: Replicas, cookies: readonly string[], ended: string): Load {
  const told: ForwardedResult[] = [];
  const stopping = new AbortController();
  let turn = 0;
  const note = async (
    kind: ForwardedResult["kind"],
    asking: () => Promise<HttpResponse>,
  ): Promise<HttpResponse> => {
    const begun = performance.now();
    const answer = await asking();
    const took = performance.now() - begun;
    told.push({ kind, status: answer.status, begun, took, setCookies: setCookies(answer) });
    return answer;
  };
  const someone = () => cookies[turn % cookies.length] ?? "";
  const visitors: (() => Promise<unknown>)[] = [
    () => note("signed in", () => replicas.verify(turn, someone())),
    () => note("nginx", () => replicas.ask(turn, "/verify", { ...original, Cookie: someone() })),
    () => note("nobody", () => replicas.verify(turn, "")),
    () => note("nobody", () => replicas.verify(turn, `doorward=${random()}`)),
    () => note("nobody", () => replicas.verify(turn, ended)),
    () => note("/start", () => replicas.ask(turn, "/start", { ...navigation, Cookie: someone() })),
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
    told,
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
