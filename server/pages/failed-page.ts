import type { HttpResponse } from "../http/response.ts";
import type { AuthErrorCode } from "../errors.ts";
import { button, firstButton, markup, page, requestNote } from "./page.ts";

interface PageText {
  readonly title: string;
  readonly text: string;
}

const notNow: PageText = {
  title: "Sign-in is not possible right now",
  text: "The service that checks your account does not answer as it should. This is not your fault; please try again in a few minutes.",
};

const startAgain: PageText = {
  title: "Please sign in again",
  text: "This sign-in took too long, or it was started in another window or browser. Nothing is lost: just start again.",
};

/** The failure, in words for a visitor who wants to open a page and knows nothing about sign-in. */
const words: Record<AuthErrorCode, PageText> = {
  callback_malformed: {
    title: "This link does not work",
    text: "The address that brought you here is not complete. Please start again.",
  },
  transaction_missing: startAgain,
  transaction_expired: startAgain,
  transaction_used: {
    title: "This sign-in was already used",
    text: "The page was opened a second time. If you are signed in already, just go on; if not, start again.",
  },
  provider_unknown: startAgain,
  provider_refused: {
    title: "You are not signed in",
    text: "The sign-in was cancelled, or the account service said no. You can try again, or use another account.",
  },
  response_rejected: {
    title: "The sign-in did not work",
    text: "The answer of the account service could not be trusted, so nobody was signed in. Please try again.",
  },
  step_up_failed: {
    title: "A stronger sign-in is needed",
    text: "This page asks for a fresh or stronger sign-in, and the account service did not give one. If trying again does not help, ask the people who run this site.",
  },
  grant_ended: startAgain,
  client_rejected: {
    title: "This site is not set up correctly",
    text: "The account service does not accept this site's settings. This is not your fault: please tell the people who run this site, because only they can change that.",
  },
  issuer_broken: notNow,
  issuer_unavailable: notNow,
  issuer_unreachable: notNow,
  store_unreachable: {
    title: "Please try again in a moment",
    text: "The place where sign-ins are kept does not answer. You are not signed out; please try again in a moment.",
  },
};

/** The page of an expected failure. */
export function failedPage(
  { code, status }: { readonly code: AuthErrorCode; readonly status: number },
  again: URL,
  requestId: string,
  ...headers: string[]
): HttpResponse {
  const { title, text } = words[code];
  const retry = status >= 500 && code !== "client_rejected" ? ["Retry-After", "5"] : [];
  const other = new URL(again);
  other.searchParams.set("prompt", "select_account");
  const otherAccount =
    code === "provider_refused" ? [button(other.href, "Use another account")] : [];
  const body = markup`<p>${text}</p>
    <nav class="actions">${firstButton(again.href, "Try again")}${otherAccount}</nav>
    ${requestNote(requestId)}`;
  return page(status, { title, body }, ...retry, ...headers);
}

/** The page of an unexpected failure. The details are in the log only. */
export function brokenPage(requestId: string): HttpResponse {
  return page(500, {
    title: "Something went wrong",
    body: markup`<p>This is a fault of ours, not of yours. Please try again in a moment.</p>
      ${requestNote(requestId)}`,
  });
}
