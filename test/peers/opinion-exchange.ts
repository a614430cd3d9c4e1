import { once } from "node:events";
import { Agent, createServer, request as send, type IncomingMessage } from "node:http";
import type { RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import type { PlainPerson, PlainRequest } from "./plain-policy.ts";

/** What a proxy sees of an answer: the status, and the identity headers. */
interface Seen {
  readonly status: number;
  readonly shown: string;
}

/** Asks a listener over a few connections that stay open, as a proxy does. */
export interface Exchange {
  ask(path: string, headers: Readonly<Record<string, string>>): Promise<Seen>;
  close(): void;
}

export async function openExchange(listener: RequestListener): Promise<Exchange> {
  const server = createServer(listener).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  return {
    async ask(path, headers) {
      const sent = send({ agent, port, host: "127.0.0.1", path, headers });
      const responded = once(sent, "response") as Promise<[IncomingMessage]>;
      sent.end();
      const [response] = await responded;
      response.resume();
      await once(response, "end");
      const values = identityHeaders.map((name) => String(response.headers[name] ?? ""));
      return { status: response.statusCode ?? 0, shown: values.join("|") };
    },
    close() {
      agent.destroy();
      server.closeAllConnections();
      server.close();
    },
  };
}

const identityHeaders = ["user", "email", "groups", "preferred-username"].map(
  (name) => `x-auth-request-${name}`,
);

/** The identity headers for a person; a group with a comma would be read as two. */
export function headersFor(person: PlainPerson | undefined): string {
  if (person === undefined) return "|||";
  const {
    sub,
    email,
    email_verified: isVerified,
    groups,
    preferred_username: name,
  } = person.claims;
  const listed = groups.filter((group) => !group.includes(",")).join(",");
  return [sub, isVerified ? email.toLowerCase() : "", listed, name].join("|");
}

/** The headers of nginx, or of every other proxy. */
export function proxyHeaders(request: PlainRequest, isNginx: boolean): Record<string, string> {
  const { method, scheme, host, uri, forwardedFor, isPreflight } = request;
  const described: Record<string, string> = isNginx
    ? { "X-Original-URL": `${scheme}://${host}${uri}`, "X-Original-Method": method }
    : {
        "X-Forwarded-Method": method,
        "X-Forwarded-Proto": scheme,
        "X-Forwarded-Host": host,
        "X-Forwarded-Uri": uri,
      };
  return {
    Host: "auth.example.com",
    ...described,
    ...(forwardedFor !== undefined && { "X-Forwarded-For": forwardedFor }),
    ...(isPreflight && { Origin: "https://x.example", "Access-Control-Request-Method": "PUT" }),
  };
}
