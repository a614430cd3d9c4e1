import { connect } from "node:net";
import { buffer } from "node:stream/consumers";
import { send } from "../peers/browser.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { settingsFor, startProcess } from "../peers/process.ts";

export const siteHost = "auth.example.com";

/** `doorward serve` behind a proxy at https://auth.example.com, and the cookies of a person who is signed in. */
export interface FuzzedProcess {
  readonly issuer: HostileIssuer;
  readonly cookie: string;
  /**
   * Sends these bytes on a new connection, and returns all that comes back, as Latin-1. With a patience, the visitor
   * hangs up after that time, because a changed request can lack its end.
   */
  exchange(bytes: string, patienceMs?: number): Promise<string>;
  get(path: string, headers?: Readonly<Record<string, string>>): ReturnType<typeof send>;
  /** Throws unless the process lives, allows what it should, and reported no error. */
  close(): Promise<void>;
}

const settings = {
  url: `https://${siteHost}`,
  cookie: { domain: "example.com" },
  compat: "oauth2-proxy",
  access: { emails: ["ada@example.com"] },
  allowedRedirects: ["partner.example", ".bar.example", "dev.example:3000"],
  rules: [
    { host: "public.example.com", allow: "public" },
    { host: "app.example.com", path: "/public/**", methods: ["GET", "HEAD"], allow: "public" },
    { host: "app.example.com", path: "/admin/**", allow: { groups: ["admins"] } },
    { host: "*.apps.example.com", path: "/foo/*/bar", allow: "public" },
  ],
};

/** The headers of a proxy about a page of an app. */
export function forwardedLines(host: string, uri: string, method = "GET"): [string, string][] {
  return [
    ["X-Forwarded-Method", method],
    ["X-Forwarded-Proto", "https"],
    ["X-Forwarded-Host", host],
    ["X-Forwarded-Uri", uri],
  ];
}

export async function startFuzzedProcess(): Promise<FuzzedProcess> {
  const issuer = await startHostileIssuer();
  const doorward = await startProcess((port) => ({
    ...settingsFor(port, issuer.issuer),
    ...settings,
  }));
  const ports = new Map([[`${siteHost}:80`, doorward.port]]);
  const get = (path: string, headers: Readonly<Record<string, string>> = {}) =>
    send(`http://${siteHost}${path}`, ports, { headers });
  const start = await get("/start");
  const callback = new URL(issuer.consent(String(start.headers.location)));
  const signedIn = await get(callback.pathname + callback.search, { Cookie: cookiesOf(start) });
  const cookie = cookiesOf(signedIn);
  const isAllowed = async (host: string, headers: Readonly<Record<string, string>>) => {
    const proxy = Object.fromEntries(forwardedLines(host, "/"));
    return (await get("/verify", { ...proxy, ...headers })).status === 200;
  };
  return {
    issuer,
    cookie,
    exchange: (bytes, patienceMs) => exchange(doorward.port, bytes, patienceMs),
    get,
    async close() {
      try {
        const faults = [
          ...((await isAllowed("app.example.com", { Cookie: cookie }))
            ? []
            : ["denies the person"]),
          ...((await isAllowed("app.example.com", {})) ? ["allows everyone"] : []),
          ...((await isAllowed("public.example.com", {})) ? [] : ["denies a public page"]),
          ...(/"level":(50|60)/.test(doorward.stdout()) ? ["reported an error"] : []),
        ];
        if (faults.length > 0) throw new Error(`doorward ${faults.join(", ")}`);
      } finally {
        await doorward.close();
        await issuer.close();
      }
    },
  };
}

/** The `Cookie` header of a browser that got this response. */
function cookiesOf({
  headers,
}: {
  headers: Readonly<Record<string, string | string[] | undefined>>;
}) {
  const pairs = [headers["set-cookie"] ?? []].flat().map((line) => line.split(";", 1)[0] ?? "");
  return pairs.filter((pair) => !pair.endsWith("=")).join("; ");
}

async function exchange(port: number, bytes: string, patienceMs?: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  socket.on("error", () => undefined); // doorward may reset the connection after its response
  socket.write(bytes, "latin1");
  const hangUp = patienceMs && setTimeout(() => socket.end(), patienceMs);
  const received = await buffer(socket).catch(() => Buffer.alloc(0));
  if (hangUp) clearTimeout(hangUp);
  return received.toString("latin1");
}
