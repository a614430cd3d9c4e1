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

/** There is no sign-in link: it would lead back here. `url` is the page that the visitor wanted, if it is known. */
export function notSetUpPage(
  fault: SetUpFault,
  { host, url, requestId }: { host: string; url: string | undefined; requestId: string },
  status = 403,
): Page {
  return {
    kind: "not-set-up",
    status,
    title: text("notSetUp", "title"),
    paragraphs: contents[fault](host),
    actions: url === undefined ? [] : [tryAgain(url)],
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
