import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { createAppContext } from "../../server/app/app.ts";
import { createSite } from "../../server/config/site.ts";
import { createCounts } from "../../server/observe/counts.ts";
import { createLog, setLog } from "../../server/observe/log.ts";
import { openStore } from "../../server/store/open-store.ts";
import { createVerify } from "../../server/verify/verify.ts";
import { navigation } from "../peers/browser.ts";
import { configOf } from "../peers/doorward.ts";
import { openSessions } from "../peers/sessions.ts";

setFlagsFromString("--expose-gc");
const collect = runInNewContext("gc") as () => void;

const count = 20_000;
/** Lines of a kind in a minute, and the summary. */
const mostLines = 60;
const mebibyte = 1024 * 1024;

const asked = {
  "X-Forwarded-Method": "GET",
  "X-Forwarded-Proto": "https",
  "X-Forwarded-Host": "app.example.com",
  "X-Forwarded-Uri": "/",
};
const nginx = { "X-Original-URL": "https://app.example.com/", "X-Original-Method": "GET" };

const site = { url: "https://auth.example.com", cookie: { domain: "example.com" } };
const { sessionCookieName: cookieName } = createSite({
  ...site,
  access: undefined,
  providers: undefined,
});

interface Flood {
  readonly headers: Readonly<Record<string, string>>;
  readonly status: number;
  readonly query?: string;
  readonly peer?: string;
  /** Of the lines; undefined = the refusal has none. */
  readonly message: string | undefined;
}

/** What a visitor can send, without a session, and get refused. */
const floods: Readonly<Record<string, (index: number) => Flood>> = {
  "no headers of a proxy": () => ({ headers: {}, status: 400, message: "refused: malformed" }),
  "malformed hosts": (index) => ({
    headers: { ...asked, "X-Forwarded-Host": `a${index}@b` },
    status: 400,
    message: "refused: malformed",
  }),
  "malformed hosts through nginx": (index) => ({
    headers: { ...nginx, "X-Original-URL": `https://a${index}@b/` },
    status: 403,
    message: "refused: malformed",
  }),
  "missing headers": () => ({
    headers: { "X-Forwarded-Uri": "/" },
    status: 400,
    message: "refused: malformed",
  }),
  "families that disagree": (index) => ({
    headers: { ...asked, ...nginx, "X-Forwarded-Uri": `/other/${index}` },
    status: 400,
    message: "refused: proxy header conflict",
  }),
  "untrusted peers": (index) => ({
    headers: asked,
    peer: `198.51.${index >> 8}.${index & 255}`,
    status: 403,
    message: "refused: not a trusted proxy",
  }),
  "pages for untrusted peers": (index) => ({
    headers: { ...navigation, "Accept-Language": `en;q=0.${index}` },
    peer: "198.51.100.7",
    status: 403,
    message: "refused: not a trusted proxy",
  }),
  "unknown hosts": (index) => ({
    headers: { ...asked, "X-Forwarded-Host": `h${index}.example.org` },
    status: 403,
    message: "denied: no site covers the host",
  }),
  "pages for unknown hosts": (index) => ({
    headers: { ...asked, ...navigation, "X-Forwarded-Host": `h${index}.example.org` },
    status: 403,
    message: "denied: no site covers the host",
  }),
  "hosts to which no sign-in returns": (index) => ({
    headers: { ...asked, ...navigation, "X-Forwarded-Host": `app.example.com:${1_000 + index}` },
    status: 403,
    message: "denied: no sign-in can lead back to this URL",
  }),
  "identity headers": () => ({
    headers: { ...nginx, "Remote-User": "ada" },
    query: "identity_headers=refuse",
    status: 403,
    message: "refused: identity header of the visitor",
  }),
  "made-up sessions": (index) => ({
    headers: { ...asked, Cookie: `${cookieName}=${String(index).padStart(43, "A")}` },
    status: 401,
    message: undefined,
  }),
  "several session cookies": (index) => ({
    headers: { ...asked, Cookie: `${cookieName}=x; `.repeat(6) + `${cookieName}=${index}` },
    status: 401,
    message: undefined,
  }),
  "closed paths": (index) => ({
    headers: { ...asked, ...navigation, "X-Forwarded-Uri": `/closed/${index}` },
    status: 403,
    message: "denied",
  }),
  "no session": (index) => ({
    headers: { ...asked, ...navigation, "X-Forwarded-Uri": `/${index}` },
    status: 302,
    message: undefined,
  }),
};

/** `/verify` with a log at a stdout that is not read until the end. */
async function openVerify() {
  const lines: string[] = [];
  const waiting: (() => void)[] = [];
  const stream = new Writable({
    decodeStrings: false,
    write(line: string, _, done) {
      lines.push(line);
      waiting.push(done);
    },
  });
  const log = createLog(stream);
  setLog(log, { level: "info" });
  const config = configOf({
    ...site,
    providers: { company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" } },
    access: { anyone: true },
    trustedProxies: ["127.0.0.1"],
    rules: [{ path: "/closed/**", deny: true }],
  });
  const counts = createCounts();
  const store = await openStore({ driver: "memory" });
  const context = createAppContext(config, {
    sessions: openSessions({ store }),
    log,
    counts,
    now: Date.now,
  });
  const verify = createVerify(context);
  const ask = ({ headers, query = "", peer = "127.0.0.1" }: Flood) =>
    verify({ method: "GET", query, rawHeaders: Object.entries(headers).flat(), peer });
  const readAll = () => {
    context.visitorLog.flush();
    for (let done = waiting.shift(); done !== undefined; done = waiting.shift()) done();
    return lines.map((line): Record<string, unknown> => JSON.parse(line));
  };
  return { ask, counts, readAll, stream };
}

function used(): number {
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

describe("while stdout is not read, a flood of", () => {
  it.each(Object.keys(floods))("%s leaves neither memory nor more than 61 lines", async (name) => {
    const flood = floods[name];
    if (flood === undefined) throw new Error("there is no such flood");
    const { ask, counts, readAll, stream } = await openVerify();
    const statuses = new Set<number>();
    for (let index = 0; index < 500; index++) await ask(flood(count + index));
    const before = used();

    for (let index = 0; index < count; index++) statuses.add((await ask(flood(index))).status);

    const grown = used() - before;
    const queued = stream.writableLength;
    const events = readAll();
    const { status, message } = flood(0);
    const answered = counts.decisions.all.reduce((sum, { value }) => sum + value, 0);
    const left = events.filter(({ msg }) => msg === "similar lines left out");
    const written = events.filter(({ msg }) => msg !== "similar lines left out");
    expect([...statuses]).toEqual([status]);
    expect(answered).toBe(count + 500);
    expect(grown).toBeLessThan(1.5 * mebibyte);
    expect(queued).toBeLessThan(mebibyte);
    expect(new Set(written.map(({ msg }) => msg))).toEqual(
      new Set(message === undefined ? [] : [message]),
    );
    if (message === undefined) return;
    expect(written).toHaveLength(mostLines);
    expect(left).toEqual([expect.objectContaining({ message, leftOut: count + 500 - mostLines })]);
  });
});
