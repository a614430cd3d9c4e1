import type { RequestListener } from "node:http";
import { H3, HTTPResponse, type H3Event } from "h3";
import { toNodeHandler } from "h3/node";
import type { HttpResponse } from "../http/response.ts";
import { createCallback } from "../callback/callback.ts";
import type { SiteContext, Endpoint } from "../context.ts";
import { AuthError } from "../errors.ts";
import { createFormPost } from "../callback/form-post.ts";
import { reasonsOf, stackOf } from "../observe/log.ts";
import { createRequestId } from "../observe/request-id.ts";
import { brokenPage, failedPage } from "../pages/failed-page.ts";
import { createOAuth2ProxySignIn } from "../start/oauth2-proxy-sign-in.ts";
import { createSignOut } from "../sign-out/sign-out.ts";
import { createStart } from "../start/start.ts";

/** One site's endpoints but `/verify`, in h3's hands. */
export function createRoutes(context: SiteContext): RequestListener {
  const { base } = context.site;
  const app = new H3({
    silent: true,
    onError: (error, event) => toResponse(failed(context, error, event)),
  });
  app.get(`${base}/start`, route(createStart(context)));
  if (context.config.compat !== undefined)
    app.get(`${base}/sign_in`, route(createOAuth2ProxySignIn(context)));
  const callback = route(createCallback(context));
  app.get(`${base}/callback`, callback);
  app.get(`${base}/callback/:provider`, callback);
  const formPost = route(createFormPost(context));
  app.post(`${base}/callback`, formPost);
  app.post(`${base}/callback/:provider`, formPost);
  const signOut = route(createSignOut(context));
  app.get(`${base}/sign_out`, signOut);
  app.post(`${base}/sign_out`, signOut);
  return toNodeHandler(app);
}

function route(endpoint: Endpoint): (event: H3Event) => Promise<HTTPResponse> {
  return async (event) => toResponse(await endpoint(event));
}

function toResponse({ status, headers, body }: HttpResponse): HTTPResponse {
  const list: [string, string][] = [];
  for (let index = 0; index + 1 < headers.length; index += 2) {
    list.push([headers[index] as string, headers[index + 1] as string]);
  }
  return new HTTPResponse(body, { status, headers: list });
}

/** An expected failure has a page of its own; of any other the visitor learns a number and the log the rest. */
function failed(context: SiteContext, { cause }: Error, event: H3Event): HttpResponse {
  const requestId = createRequestId();
  const path = event.url.pathname;
  if (!(cause instanceof AuthError)) {
    context.log.error(
      { requestId, path, reason: reasonsOf(cause), stack: stackOf(cause) },
      "unexpected failure",
    );
    return brokenPage(requestId);
  }
  const level = cause.status >= 500 ? "error" : "warn";
  context.log[level]({ requestId, path, code: cause.code, reason: reasonsOf(cause) }, "refused");
  const { site, transactions } = context;
  if (path.startsWith(`${site.base}/callback`)) context.counts.signInFailed++;
  const again = new URL(site.address(path.endsWith("/sign_out") ? "sign_out" : "start"));
  const rd = cause.transaction?.returnTo ?? event.url.searchParams.get("rd");
  if (rd !== null) again.searchParams.set("rd", rd);
  // Once the store is back, the same answer of the issuer may still do.
  const forgotten = cause.code === "store_unreachable" ? undefined : cause.transaction;
  const forget = forgotten && ["Set-Cookie", transactions.forget(site, forgotten.state)];
  return failedPage(cause, again, requestId, ...(forget ?? []));
}
