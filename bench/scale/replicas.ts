import { Agent } from "node:http";
import { startProcess, type DoorwardProcess } from "../../test/peers/process.ts";
import { ask, type Answer } from "../ask.ts";
import { Ring } from "./ring.ts";

/** The replicas of doorward behind a proxy that chooses by session cookie. */
export class Replicas {
  readonly #settings: (port: number) => Record<string, unknown>;
  #running: DoorwardProcess[] = [];
  #ring = new Ring([]);
  readonly #agents = new Map<number, Agent>();
  /** Requests that went to another replica because a connection failed. */
  retried = 0;

  constructor(settings: (port: number) => Record<string, unknown>) {
    this.#settings = settings;
  }

  get all(): readonly DoorwardProcess[] {
    return this.#running;
  }

  get pids(): number[] {
    return this.#running.map(({ pid }) => pid);
  }

  /** Starts one; the proxy knows it when it listens. */
  async start(): Promise<DoorwardProcess> {
    const replica = await startProcess(this.#settings);
    this.#running = [...this.#running, replica];
    this.#ring = new Ring(this.#running.map(({ port }) => port));
    return replica;
  }

  /** Ends one as an orchestrator does. The proxy is not told: it finds the port closed. */
  async stop(replica: DoorwardProcess): Promise<number | null> {
    replica.signal("SIGTERM");
    const { code } = await replica.exit;
    this.#running = this.#running.filter((one) => one !== replica);
    await replica.file.remove();
    return code;
  }

  /** The replica that the proxy chooses for this key. */
  of(key: string): DoorwardProcess | undefined {
    const port = this.#ring.serverFor(key);
    return this.#running.find((one) => one.port === port);
  }

  /** Sends a GET to the replica of this key, or to the next one that accepts it, as nginx does. */
  async send(key: string, path: string, headers: readonly string[]): Promise<Answer> {
    let failure: unknown;
    for (const port of this.#ring.serversFor(key)) {
      try {
        return await this.sendTo(port, path, headers);
      } catch (error) {
        failure = error;
        this.retried++;
      }
    }
    throw failure;
  }

  sendTo(port: number, path: string, headers: readonly string[]): Promise<Answer> {
    const agent = this.#agents.get(port) ?? new Agent({ keepAlive: true });
    this.#agents.set(port, agent);
    return ask(port, path, headers, agent);
  }

  async close(): Promise<void> {
    for (const agent of this.#agents.values()) agent.destroy();
    await Promise.all(this.#running.map((one) => one.close()));
  }
}
