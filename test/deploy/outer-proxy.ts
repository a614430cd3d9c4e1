import { once } from "node:events";
import { connect, createServer, type AddressInfo, type Server } from "node:net";
import { freePort } from "../peers/free-port.ts";
import type { Proxy } from "../peers/proxy-process.ts";
import type { ProxyKind } from "./starters.ts";

/** A proxy's files with the lines that its README adds behind another proxy, and the way through that proxy. */
export interface Behind {
  readonly files: ReadonlyMap<string, string>;
  /** The port that a visitor with this address connects to. */
  portFor(address: string, inner: Proxy): Promise<number>;
  close(): Promise<void>;
}

type Files = ReadonlyMap<string, string>;

/** The outer proxy is the test itself, on loopback: it sends the visitor's headers and `X-Forwarded-For`. */
export const behindAnother: Record<ProxyKind, (files: Files) => Promise<Behind>> = {
  nginx: byHeader((files) => {
    const trusting = replaced(
      files,
      "snippets/doorward-http.conf",
      /^map \$http_upgrade/m,
      "set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For;\n$&",
    );
    const names = ["doorward-ask", "doorward-server", "doorward-protect", "doorward-public"];
    return names
      .map((name) => `snippets/${name}.conf`)
      .filter((name) => trusting.get(name)?.includes("$scheme"))
      .reduce((all, name) => replaced(all, name, /\$scheme/g, "https"), trusting);
  }),
  caddy: byHeader((files) => {
    const asking = replaced(
      files,
      "doorward.caddy",
      /^\tcopy_headers/m,
      "\ttrusted_proxies 127.0.0.1/32\n$&",
    );
    // Some have options already.
    const bare = /reverse_proxy 127\.0\.0\.1:\d+$/gm;
    const withOptions = replaced(asking, "Caddyfile", bare, "$& {\n}");
    const trusting = "$&\n trusted_proxies 127.0.0.1/32";
    return replaced(withOptions, "Caddyfile", /reverse_proxy 127\.0\.0\.1:\d+ \{/g, trusting);
  }),
  haproxy: byProxyProtocol,
  envoy: byHeader((files) => {
    const hops = "$&\n                xff_num_trusted_hops: 1";
    const counting = replaced(files, "envoy.yaml", /use_remote_address: true/g, hops);
    const lines = /^.*-- Envoy appends the client address[^]*?if from then\n.*\n.*end\n/gm;
    return replaced(counting, "envoy.yaml", lines, "");
  }),
  apisix: byHeader((files) =>
    replaced(
      files,
      "config.yaml",
      /^ {4}underscores_in_headers/m,
      "    real_ip_header: X-Forwarded-For\n    real_ip_from: [127.0.0.1]\n$&",
    ),
  ),
  traefik: byHeader((files) => {
    const listed = replaced(files, "traefik.yaml", /trustedIPs: \[\]/g, "trustedIPs: [127.0.0.1]");
    const to = "trustForwardHeader: true";
    return replaced(listed, "dynamic/doorward.yaml", /trustForwardHeader: false/g, to);
  }),
};

function byHeader(change: (files: Files) => Files) {
  return async (files: Files): Promise<Behind> => ({
    files: change(files),
    portFor: async (_, { https }) => https,
    close: async () => {},
  });
}

/** HAProxy keeps its own port, by which the test sees that it has started, and gets a second one. */
async function byProxyProtocol(files: Files): Promise<Behind> {
  const port = await freePort();
  const relays = new Map<string, Server>();
  return {
    files: replaced(
      files,
      "haproxy.cfg",
      /^ {4}bind :443( [^#\n]*)/m,
      `$&\n    bind 127.0.0.1:${port}$1 accept-proxy`,
    ),
    async portFor(address) {
      const relay = relays.get(address) ?? (await startRelay(address, port));
      relays.set(address, relay);
      return (relay.address() as AddressInfo).port;
    },
    async close() {
      for (const relay of relays.values()) relay.close();
    },
  };
}

/** Sends the visitor's address in front of the bytes of each connection (PROXY protocol, version 1). */
async function startRelay(address: string, port: number): Promise<Server> {
  const relay = createServer((socket) => {
    const inner = connect(port, "127.0.0.1");
    inner.write(`PROXY TCP4 ${address} 127.0.0.1 1234 443\r\n`);
    socket.pipe(inner).pipe(socket);
    socket.on("error", () => inner.destroy());
    inner.on("error", () => socket.destroy());
  });
  relay.listen(0, "127.0.0.1");
  await once(relay, "listening");
  return relay;
}

/** Throws if nothing matches: a README's advice must fit the printed file. */
function replaced(files: Files, name: string, from: RegExp, to: string): Files {
  const text = files.get(name) ?? "";
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`${name} contains nothing like ${from}`);
  return new Map(files).set(name, changed);
}
