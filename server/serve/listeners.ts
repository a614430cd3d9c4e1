import type { RequestListener } from "node:http";
import { bind, type BoundServer, type Https, type ListenAddress } from "./bind.ts";
import type { Config } from "../config/schema.ts";
import { reasonsOf, type Log } from "../observe/log.ts";

const names = ["listen", "admin"] as const;
type Name = (typeof names)[number];

interface Wanted {
  readonly name: Name;
  readonly address: ListenAddress;
  readonly https: Https;
}

interface Open extends Wanted {
  readonly server: BoundServer;
}

/** The hosts and ports where doorward listens, as the current configuration has them. */
export class Listeners {
  readonly #listeners: Readonly<Record<Name, RequestListener>>;
  readonly #log: Log;
  readonly #open = new Map<string, Open>();
  #closing: Promise<unknown> = Promise.resolve();

  constructor(listeners: Readonly<Record<Name, RequestListener>>, log: Log) {
    this.#listeners = listeners;
    this.#log = log;
  }

  /** Binds the new addresses, and only then closes the old ones. Throws with everything as it was. */
  async rebind(config: Pick<Config, Name>): Promise<void> {
    const wanted = await wantedBy(config);
    const fresh = new Map<string, Open>();
    try {
      for (const [key, one] of wanted) {
        if (!this.#open.has(key)) fresh.set(key, await this.#bind(one));
      }
      await this.#changeProtocol(wanted);
    } catch (error) {
      await Promise.all(Array.from(fresh.values(), ({ server }) => server.close()));
      throw error;
    }
    for (const key of this.#open.keys()) if (!wanted.has(key)) this.#close(key);
    for (const [key, one] of fresh) this.#add(key, one);
    for (const [key, { https }] of wanted) {
      if (typeof https === "object") this.#open.get(key)?.server.setCertificate(https);
    }
  }

  /** The addresses of the listener that proxies and browsers use. */
  async urls(): Promise<string[]> {
    const open = [...this.#open.values()].filter(({ name }) => name === "listen");
    return (await Promise.all(open.map(({ server }) => server.urls()))).flat();
  }

  /** Closes every listener; requests in progress finish, within nine seconds. */
  async close(): Promise<void> {
    for (const key of this.#open.keys()) this.#close(key);
    await this.#closing;
  }

  /** A port cannot be bound twice, so between HTTP and HTTPS the old listener is closed first. */
  async #changeProtocol(wanted: ReadonlyMap<string, Wanted>): Promise<void> {
    for (const [key, next] of wanted) {
      const before = this.#open.get(key);
      if (before === undefined || kindOf(before.https) === kindOf(next.https)) continue;
      this.#close(key);
      try {
        this.#add(key, await this.#bind(next));
      } catch (error) {
        this.#add(key, await this.#bind(before));
        throw error;
      }
    }
  }

  async #bind(wanted: Wanted): Promise<Open> {
    const { name, address, https } = wanted;
    try {
      return { ...wanted, server: await bind(this.#listeners[name], address, https) };
    } catch (error) {
      const isOurs = [...this.#open.values()].some((one) => one.address.port === address.port);
      if (!isOurs) throw error;
      const fix = `${name}: doorward itself has port ${address.port}: such a change needs a restart`;
      throw new Error(fix, { cause: error });
    }
  }

  #add(key: string, one: Open): void {
    this.#open.set(key, one);
    const { address: host, port } = one.server.address;
    const listener = one.name === "listen" ? "public" : one.name;
    this.#log.info({ listener, host, port }, "listening");
  }

  #close(key: string): void {
    const closed = this.#open.get(key)?.server.close();
    this.#open.delete(key);
    const settled = closed?.catch((error: unknown) =>
      this.#log.error({ reason: reasonsOf(error) }, "could not close the old listener"),
    );
    this.#closing = Promise.all([this.#closing, settled]);
  }
}

function kindOf(https: Https): string {
  return typeof https === "object" ? "certificate" : (https ?? "http");
}

/** By host and port: an address that is open already is not bound again. */
async function wantedBy(config: Pick<Config, Name>): Promise<Map<string, Wanted>> {
  const wanted = new Map<string, Wanted>();
  for (const name of names) {
    const address = config[name];
    if (address === undefined) continue;
    const https = name === "listen" ? await httpsOf(config.listen) : undefined;
    wanted.set(`${name} ${address.host} ${address.port}`, { name, address, https });
  }
  return wanted;
}

async function httpsOf({ https }: Config["listen"]): Promise<Https> {
  if (https === undefined || https === false) return undefined;
  if (https === true) return "self-signed";
  const { readCertificate } = await import("./certificate.ts");
  return readCertificate(https);
}
