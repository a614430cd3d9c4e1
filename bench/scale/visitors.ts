import { sessionCookieName } from "../doors.ts";
import { bothShapes, gap, parseRequest } from "../load.ts";
import type { CrowdIssuer } from "./issuer.ts";
import type { Person } from "./person.ts";
import type { Replicas } from "./replicas.ts";

const [, template = ""] = bothShapes({
  host: "app.example.com",
  uri: "/area-9/report?year=2026",
  own: `${sessionCookieName}=${gap}`,
  fillBytes: 43 - gap.length,
});
const { path: verifyPath, headers: verifyHeaders } = parseRequest(template);

/** The headers of the proxy's question about a request with this session. */
function headersOf(token: string): string[] {
  return verifyHeaders.flatMap(([name, value]) => [name, value.replace(gap, token)]);
}

const host = ["Host", "auth.example.com"];
const opensPage = ["Sec-Fetch-Mode", "navigate", "Sec-Fetch-Dest", "document"];
const fromOwnPage = [...opensPage, "Sec-Fetch-Site", "same-origin"];

/** The status of /verify at the replica of this session. */
export async function verify(replicas: Replicas, { token }: Person): Promise<number> {
  return (await replicas.send(token, verifyPath, headersOf(token))).status;
}

/** The same at one replica, for a cookie that is used elsewhere than by its browser. */
export async function verifyAt(replicas: Replicas, port: number, { token }: Person) {
  return (await replicas.sendTo(port, verifyPath, headersOf(token))).status;
}

/** The status of /sign_out. Below 400, the session has ended. */
export async function signOut(replicas: Replicas, { token }: Person): Promise<number> {
  const cookie = ["Cookie", `${sessionCookieName}=${token}`];
  return (await replicas.send(token, "/sign_out", [...host, ...fromOwnPage, ...cookie])).status;
}

/** Signs a person in; undefined = a page of doorward reported a failure. */
export async function signIn(
  replicas: Replicas,
  issuer: CrowdIssuer,
  subject: string,
): Promise<Person | undefined> {
  const start = await replicas.send(subject, "/start?rd=%2F", [...host, ...opensPage]);
  const { location, "set-cookie": given = [] } = start.headers;
  if (start.status !== 302 || location === undefined) return undefined;
  const cookies = given.map((line) => line.split(";", 1)[0]).join("; ");
  const callback = issuer.consent(location, subject);
  const headers = [...host, ...opensPage, "Cookie", cookies];
  const called = await replicas.send(subject, callback, headers);
  const prefix = `${sessionCookieName}=`;
  const line = called.headers["set-cookie"]?.find((one) => one.startsWith(prefix));
  const token = line?.slice(prefix.length).split(";", 1)[0];
  if (called.status !== 302 || token === undefined) return undefined;
  return { subject, token, signedInAt: performance.now() };
}
