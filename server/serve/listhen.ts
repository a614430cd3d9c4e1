import { channel } from "node:diagnostics_channel";
import type { IncomingMessage, RequestListener, Server } from "node:http";
import { createRequire } from "node:module";
import type { Listener } from "listhen";
import { withLateModules } from "./listhen-modules.ts";

// The CommonJS build: the ES module imports `node:http`, which reads every name of it, and one of them loads fetch.
// Loaded when it is used: with this file it would take another 2 MiB of memory when idle.
const require = createRequire(import.meta.url);

/** Days that the self-signed certificate is valid; it is made anew at every start. */
const validityDays = 30;

/**
 * A bound socket by listhen. It must get a host and a port that it does not replace (see values/listen-address.ts).
 * isProd: it takes no other port if this one is taken. isTest: it writes nothing. autoClose: it handles no signal.
 */
export async function listenByListhen(
  host: string,
  port: number,
  isSelfSigned: boolean,
): Promise<Listener> {
  const { listen } = withLateModules((): typeof import("listhen") => require("listhen"));
  // A function of its own, by which to recognise the server.
  const handle: RequestListener = closeConnection.bind(undefined);
  const failure = watchForErrors(handle);
  try {
    const bound = listen(handle, {
      hostname: host,
      port: port === 0 ? { port, random: true } : port,
      public: host === "0.0.0.0" || host === "::",
      https: isSelfSigned && {
        validityDays,
        domains: [...new Set(["localhost", "127.0.0.1", "::1", host])],
      },
      isProd: true,
      isTest: true,
      showURL: false,
      autoClose: false,
    });
    return await Promise.race([bound, failure.promise]);
  } finally {
    failure.stop();
  }
}

/** What arrives before our own server takes over must not be left without a response. */
function closeConnection(request: IncomingMessage): void {
  request.socket.destroy();
}

/**
 * listhen tries the port with a server of its own, closes that, and then listens without a handler for errors: if
 * another process takes the port in between, the error event would end doorward. Node publishes each server that
 * is about to listen, so the one with our handler gets an error handler too.
 */
function watchForErrors(handle: RequestListener) {
  const { promise, reject } = Promise.withResolvers<never>();
  const listening = channel("tracing:net.server.listen:asyncStart");
  const onListen = (message: unknown) => {
    const { server } = message as { readonly server: Server };
    if (server.listeners("request").includes(handle)) server.on("error", reject);
  };
  listening.subscribe(onListen);
  return { promise, stop: () => listening.unsubscribe(onListen) };
}
