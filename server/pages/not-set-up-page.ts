import { tryAgain, type Page } from "./page.ts";
import { text, type Text } from "./text.ts";

/** What only the operator can mend: a host or a port that no site covers, and what a proxy asks in a wrong way. */
const contents = {
  host: (host: string) => [text("notSetUp", "host", { host }), text("notSetUp", "hostStep")],
  port: (host: string) => [text("notSetUp", "port", { host }), text("notSetUp", "portStep")],
  "own endpoint": () => [text("notSetUp", "own"), text("notSetUp", "ownStep")],
  request: () => [text("notSetUp", "request"), text("notSetUp", "requestStep")],
  proxy: () => [text("notSetUp", "proxy"), text("notSetUp", "requestStep")],
} satisfies Record<string, (host: string) => Text[]>;

type SetUpFault = keyof typeof contents;

/** The address is not in the configuration; otherwise something in it is wrong. */
function isUnknown(fault: SetUpFault): boolean {
  return fault === "host" || fault === "port";
}

interface Details {
  readonly host: string;
  /** The page that the visitor wanted; undefined = it is not known, so that the next step loads this page again. */
  readonly url: string | undefined;
  readonly requestId: string;
}

/** There is no sign-in link: it would lead back here. */
export function notSetUpPage(fault: SetUpFault, { host, url = "", requestId }: Details): Page {
  return {
    kind: "not-set-up",
    status: 403,
    title: isUnknown(fault) ? text("notSetUp", "title") : text("clientRejected", "title"),
    paragraphs: contents[fault](host),
    actions: [tryAgain(url)],
    requestId,
  };
}

/** A browser sends the cookie of a sign-in over https only. */
export function plainHttpPage(target: URL, requestId: string): Page {
  const secure = new URL(target);
  secure.protocol = "https:";
  return {
    kind: "plain-http",
    status: 403,
    title: text("plainHttp", "title"),
    paragraphs: [text("plainHttp", "text")],
    actions: [{ href: secure.href, label: text("plainHttp", "open"), isFirst: true }],
    requestId,
  };
}
