import type { AuthErrorCode } from "../errors.ts";
import { choiceActions, type Choice } from "./choose-page.ts";
import { otherAccount, tryAgain, type Page } from "./page.ts";
import { text, type Text } from "./text.ts";

interface Words {
  readonly title: Text;
  readonly text: Text;
}

const startAgain = { title: text("startAgain", "title"), text: text("startAgain", "text") };
const notNow = { title: text("notNow", "title"), text: text("notNow", "text") };

/** The failure, in words for a visitor who wants to open a page and knows nothing about sign-in. */
const words: Readonly<Record<AuthErrorCode, Words>> = {
  callback_malformed: {
    title: text("malformedLink", "title"),
    text: text("malformedLink", "text"),
  },
  transaction_missing: startAgain,
  transaction_expired: startAgain,
  transaction_used: { title: text("used", "title"), text: text("used", "text") },
  provider_unknown: startAgain,
  provider_refused: { title: text("cancelled", "title"), text: text("cancelled", "text") },
  response_rejected: { title: text("rejected", "title"), text: text("rejected", "text") },
  step_up_failed: { title: text("stepUpFailed", "title"), text: text("stepUpFailed", "text") },
  grant_ended: startAgain,
  client_rejected: { title: text("clientRejected", "title"), text: text("clientRejected", "text") },
  issuer_broken: notNow,
  issuer_unavailable: notNow,
  issuer_unreachable: notNow,
  store_unreachable: { title: text("storeDown", "title"), text: text("storeDown", "text") },
};

interface Failure {
  readonly code: AuthErrorCode;
  readonly status: number;
}

/** The page of an expected failure. `others` are the providers besides the one that failed. */
export function failedPage(
  { code, status }: Failure,
  again: URL,
  requestId: string,
  others: readonly Choice[] = [],
): Page {
  const other = new URL(again);
  other.searchParams.set("prompt", "select_account");
  const offers = isOfProvider(code) ? others : [];
  return {
    kind: "failed",
    status,
    title: words[code].title,
    paragraphs: [words[code].text, ...(offers.length === 0 ? [] : [text("notNow", "others")])],
    actions: [
      tryAgain(again.href),
      ...(code === "provider_refused" ? [otherAccount(other.href)] : []),
      ...choiceActions(offers),
    ],
    requestId,
  };
}

/** The failures of one provider, which another one need not have. */
function isOfProvider(code: AuthErrorCode): boolean {
  return words[code] === notNow || code === "client_rejected";
}

/** Whether a later try can succeed: the response has `Retry-After`. */
export function isWorthARetry({ code, status }: Failure): boolean {
  return status >= 500 && code !== "client_rejected";
}

/** The page of an unexpected failure. The details are in the log only. */
export function brokenPage(requestId: string, again: string | undefined): Page {
  return {
    kind: "failed",
    status: 500,
    title: text("broken", "title"),
    paragraphs: [text("broken", "text")],
    actions: again === undefined ? [] : [tryAgain(again)],
    requestId,
  };
}
