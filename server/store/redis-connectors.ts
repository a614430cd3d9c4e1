import { connect, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { AbstractConnector, SentinelConnector, type RedisOptions } from "ioredis";
import * as v from "valibot";

type Connector = NonNullable<RedisOptions["Connector"]>;

const address = v.object({ host: v.string(), port: v.number() });

/**
 * Connects to one server. ioredis's own connector listens only for a socket's first error; a second one, which a
 * rejected certificate may cause, would crash the process.
 */
export function directConnector(tls: RedisOptions["tls"]): Connector {
  return class extends AbstractConnector {
    readonly #address: v.InferOutput<typeof address>;

    constructor(options: unknown) {
      super(0);
      this.#address = v.parse(address, options);
    }

    override async connect() {
      const stream = tls ? connectTls({ ...this.#address, ...tls }) : connect(this.#address);
      this.stream = steady(stream, (error) => (this.firstError = error));
      return stream;
    }

    /** Destroys the socket, so that an abandoned connection does not stay half-closed. */
    override disconnect() {
      this.stream.destroy();
    }
  };
}

/** Connects to the master that the Sentinels report. */
export function sentinelConnector(options: RedisOptions): Connector {
  return class extends SentinelConnector {
    constructor() {
      super({ ...options, role: "master", updateSentinels: true });
    }

    override async connect(report: Parameters<SentinelConnector["connect"]>[0]) {
      const stream = await super.connect(report);
      return steady(stream, () => undefined);
    }
  };
}

function steady<Stream extends Socket>(stream: Stream, listener: (error: Error) => void): Stream {
  return stream.on("error", listener);
}
