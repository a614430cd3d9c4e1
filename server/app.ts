import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { H3, HTTPResponse, type H3Event } from "h3";
import { toNodeHandler } from "h3/node";
import { providers } from "../providers/registry.ts";
import { empty, send, type Answer } from "./answer.ts";
import { createCallback } from "./callback.ts";
import type { Config } from "./config/schema.ts";
import { createSite, endpointNames, type EndpointName } from "./config/site.ts";
import type { Door, Endpoint } from "./door.ts";
import { AuthError } from "./errors.ts";
import { createCounts, type Counts } from "./observe/counts.ts";
import { reasonsOf, type Log } from "./observe/log.ts";
import { createRequestId } from "./observe/request-id.ts";
import { brokenPage, failedPage } from "./pages/failed-page.ts";
import { notFoundPage } from "./pages/not-found-page.ts";
import { Sessions } from "./session/sessions.ts";
import { openStore, type Store } from "./session/storage.ts";
import { createIssuerFetch } from "./sign-in/issuer-fetch.ts";
import { createRelyingParty, type RelyingParty } from "./sign-in/relying-party.ts";
import { createReturnTargets } from "./sign-in/return-target.ts";
import { Transactions } from "./sign-in/transaction.ts";
import { UsedStates } from "./sign-in/used-states.ts";
import { createSignOut } from "./sign-out.ts";
import { createStart } from "./start.ts";
import { createVerify, type Verify } from "./verify.ts";

/** What a test may hold in its hand. */
export interface Surroundings {
  readonly log: Log;
  readonly now?: () => number;
  readonly fetch?: typeof globalThis.fetch;
}

export interface App {
  readonly listener: RequestListener;
  readonly parties: ReadonlyMap<string, RelyingParty>;
  readonly store: Store;
  readonly counts: Readonly<Counts>;
  /** Finishes what is being written and lets go of the store. */
  close(): Promise<void>;
}

/** The service made from a configuration: four endpoints behind one listener. */
export async function createApp(config: Config, surroundings: Surroundings): Promise<App> {
  const { log, now = Date.now, fetch = globalThis.fetch } = surroundings;
  const site = createSite(config);
  const store = await openStore(config.storage);
  const parties = createParties(config, { fetch: createIssuerFetch(fetch), now });
  const sessions = new Sessions({
    store,
    secrets: config.secret,
    lifetimeMs: config.session.lifetime,
    idleMs: config.session.idle,
    isCurrent: ({ identity, clientId }) => {
      const party = parties.get(identity.provider);
      // A subject means somebody at one issuer only, and a session is for one client only.
      return party?.issuer === identity.issuer && party.settings.clientId === clientId;
    },
    log,
    now,
  });
  const counts = createCounts();
  const door: Door = {
    config,
    site,
    sessions,
    transactions: new Transactions(config.secret, now),
    usedStates: new UsedStates(),
    returnTarget: createReturnTargets(config.allowedRedirects),
    parties,
    counts,
    log,
  };
  const close = async () => {
    await sessions.settle();
    await store.close();
  };
  return { listener: createListener(door, createVerify(door)), parties, store, counts, close };
}

/** Our registrations, by the names of the providers. */
export function createParties(
  config: Config,
  parts: Omit<Parameters<typeof createRelyingParty>[3], "isAlone">,
): Map<string, RelyingParty> {
  const parties = new Map<string, RelyingParty>();
  const isAlone = Object.keys(config.providers).length === 1;
  for (const [name, settings] of Object.entries(config.providers)) {
    const provider = providers.get(settings.type ?? name);
    if (provider !== undefined)
      parties.set(name, createRelyingParty(name, provider, settings, { ...parts, isAlone }));
  }
  return parties;
}

const methods: Record<EndpointName, readonly string[] | undefined> = {
  verify: undefined, // any: proxies pass the visitor's method on, and HAProxy asks with HEAD
  start: ["GET", "HEAD"],
  callback: ["GET"],
  sign_out: ["GET", "POST"],
};

/**
 * Finds the endpoint by the raw path, byte for byte, before anything decodes it: an encoded, slashed or
 * absolute spelling is 404. `/verify` is answered right here, in front of h3's event and response objects,
 * which would cost it more than all its own work.
 */
function createListener(door: Door, verify: Verify): RequestListener {
  const { base } = door.site;
  const endpoints = new Map<string, EndpointName>(
    endpointNames.map((name) => [`${base}/${name}`, name]),
  );
  for (const name of door.parties.keys()) endpoints.set(`${base}/callback/${name}`, "callback");
  const others = toNodeHandler(createRoutes(door));

  return (request, response) => {
    const { url = "" } = request;
    const mark = url.indexOf("?");
    const name = endpoints.get(mark === -1 ? url : url.slice(0, mark));
    if (name === undefined) return send(response, notFoundPage(door.site));
    if (name === "verify")
      return answerVerify(request, response, mark === -1 ? "" : url.slice(mark + 1));
    // RFC 9112 §3.2: which of two hosts was meant is nobody's to guess.
    if ((request.headersDistinct.host?.length ?? 0) > 1) return send(response, empty(400));
    const allowed = methods[name];
    if (allowed?.includes(request.method ?? "") === false)
      return send(response, empty(405, "Allow", allowed.join(", ")));
    void others(request, response);
  };

  function answerVerify(request: IncomingMessage, response: ServerResponse, query: string): void {
    const { method = "", rawHeaders, socket } = request;
    try {
      const answer = verify({ method, query, rawHeaders, peer: socket.remoteAddress });
      if (!(answer instanceof Promise)) send(response, answer);
      else
        answer
          .then((late) => send(response, late))
          .catch((error: unknown) => fail(response, error));
    } catch (error) {
      fail(response, error);
    }
  }

  /** Whatever broke, nobody passes. */
  function fail(response: ServerResponse, error: unknown): void {
    door.log.error({ reason: reasonsOf(error), stack: stackOf(error) }, "unexpected failure");
    if (response.headersSent) response.destroy();
    else send(response, empty(500));
  }
}

function createRoutes(door: Door): H3 {
  const { base } = door.site;
  const app = new H3({
    silent: true,
    onError: (error, event) => toResponse(failed(door, error, event)),
  });
  app.get(`${base}/start`, route(createStart(door)));
  const callback = route(createCallback(door));
  app.get(`${base}/callback`, callback);
  app.get(`${base}/callback/:provider`, callback);
  const signOut = route(createSignOut(door));
  app.get(`${base}/sign_out`, signOut);
  app.post(`${base}/sign_out`, signOut);
  return app;
}

function route(endpoint: Endpoint): (event: H3Event) => Promise<HTTPResponse> {
  return async (event) => toResponse(await endpoint(event));
}

function toResponse({ status, headers, body }: Answer): HTTPResponse {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    list.push([headers[index] as string, headers[index + 1] as string]);
  }
  return new HTTPResponse(body, { status, headers: list });
}

/** An expected failure has a page of its own; of any other the visitor learns a number and the log the rest. */
function failed(door: Door, { cause }: Error, event: H3Event): Answer {
  const requestId = createRequestId();
  const path = event.url.pathname;
  if (!(cause instanceof AuthError)) {
    door.log.error(
      { requestId, path, reason: reasonsOf(cause), stack: stackOf(cause) },
      "unexpected failure",
    );
    return brokenPage(requestId);
  }
  const level = cause.status >= 500 ? "error" : "warn";
  door.log[level]({ requestId, path, code: cause.code, reason: reasonsOf(cause) }, "refused");
  const { site, transactions } = door;
  if (path.endsWith("/callback")) door.counts.signInFailed++;
  const again = new URL(site.address(path.endsWith("/sign_out") ? "sign_out" : "start"));
  const rd = cause.transaction?.returnTo ?? event.url.searchParams.get("rd");
  if (rd !== null) again.searchParams.set("rd", rd);
  const forget = cause.transaction
    ? ["Set-Cookie", transactions.forget(site, cause.transaction.state)]
    : [];
  return failedPage(cause, again, requestId, ...forget);
}

function stackOf(error: unknown): string | undefined {
  return error instanceof Error ? error.stack : undefined;
}
