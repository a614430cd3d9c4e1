import type { RequestListener } from "node:http";
import { bind, type BoundServer, type ListenAddress } from "./bind.ts";
import type { Config } from "../config/schema.ts";
import { reasonsOf, type Log } from "../observe/log.ts";

const names = ["listen", "admin"] as const;
type Name = (typeof names)[number];

/** The hosts and ports where we listen, as the configuration of the day wants them. */
export class Listeners {
  readonly #listeners: Readonly<Record<Name, RequestListener>>;
  readonly #log: Log;
  readonly #bound = new Map<string, BoundServer>();
  #leaving: Promise<unknown> = Promise.resolve();

  constructor(listeners: Readonly<Record<Name, RequestListener>>, log: Log) {
    this.#listeners = listeners;
    this.#log = log;
  }

  /** Binds what is new, and only then leaves what is old. Throws with everything as it was. */
  async rebind(config: Pick<Config, Name>): Promise<void> {
    const wanted = wantedBy(config);
    const fresh = new Map<string, BoundServer>();
    try {
      for (const [key, { name, address }] of wanted) {
        if (!this.#bound.has(key)) fresh.set(key, await this.#bind(name, address));
      }
    } catch (error) {
      await Promise.all(Array.from(fresh.values(), (one) => one.close()));
      throw error;
    }
    for (const key of this.#bound.keys()) if (!wanted.has(key)) this.#close(key);
    for (const [key, one] of fresh) {
      this.#bound.set(key, one);
      this.#log.info({ host: one.address.address, port: one.address.port }, "listening");
    }
  }

  /** Leaves everywhere; what is under way is finished, within nine seconds. */
  async close(): Promise<void> {
    for (const key of this.#bound.keys()) this.#close(key);
    await this.#leaving;
  }

  async #bind(name: Name, address: ListenAddress): Promise<BoundServer> {
    try {
      return await bind(this.#listeners[name], address);
    } catch (error) {
      const isOurs = [...this.#bound.values()].some((one) => one.address.port === address.port);
      if (!isOurs) throw error;
      const mend = `${name}: doorward is on port ${address.port} itself: such a change needs a restart`;
      throw new Error(mend, { cause: error });
    }
  }

  #close(key: string): void {
    const left = this.#bound.get(key)?.close();
    this.#bound.delete(key);
    const settled = left?.catch((error: unknown) =>
      this.#log.error({ reason: reasonsOf(error) }, "a place could not be left"),
    );
    this.#leaving = Promise.all([this.#leaving, settled]);
  }
}

/** The same key means: nothing to do. */
function wantedBy(config: Pick<Config, Name>): Map<string, { name: Name; address: ListenAddress }> {
  const wanted = new Map<string, { name: Name; address: ListenAddress }>();
  for (const name of names) {
    const address = config[name];
    if (address !== undefined)
      wanted.set(`${name} ${address.host} ${address.port}`, { name, address });
  }
  return wanted;
}
