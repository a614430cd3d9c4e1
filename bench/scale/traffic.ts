import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { judge, type Person } from "./person.ts";
import type { Replicas } from "./replicas.ts";
import { kindOf, type Timeline } from "./timeline.ts";
import * as visitors from "./visitors.ts";
import type { CrowdIssuer } from "./issuer.ts";

const tickMs = 10;
/** A copy of a signed-out cookie is tried at every replica, this long after the sign-out. */
const copiesAtMs = [0, 20, 100, 400, 1_000, 2_500, 5_000];

/** Per second. */
interface Pace {
  readonly visits: number;
  readonly signIns: number;
  readonly signOuts: number;
}

interface Parts {
  readonly replicas: Replicas;
  readonly issuer: CrowdIssuer;
  readonly timeline: Timeline;
  readonly people: Person[];
}

/** The requests of all people, until it is stopped. Everyone keeps their cookie, signed out or not. */
export class Traffic {
  readonly #parts: Parts;
  readonly #inFlight = new Set<Promise<unknown>>();
  readonly #due = { visits: 0, signIns: 0, signOuts: 0 };
  #pace: Pace = { visits: 0, signIns: 0, signOuts: 0 };
  readonly #timer: NodeJS.Timeout;
  #ticked = performance.now();
  #turn = 0;
  #guests = 0;
  readonly signIns = { done: 0, failed: 0 };
  readonly signOuts = { done: 0, failed: 0 };
  /** Requests of every session that were answered 200 after its end was confirmed. */
  readonly late: { readonly person: Person; readonly lateMs: number; readonly at: number }[] = [];
  answers = 0;
  /** When a visitor got a 503 last. */
  unavailableAt = Number.NEGATIVE_INFINITY;
  /** Whether cookies of signed-out sessions are still used. */
  usesEnded = true;

  constructor(parts: Parts) {
    this.#parts = parts;
    this.#timer = setInterval(() => this.#tick(), tickMs);
  }

  pace(pace: Partial<Pace>): void {
    this.#pace = { visits: 0, signIns: 0, signOuts: 0, ...pace };
  }

  async stop(): Promise<void> {
    this.pace({});
    clearInterval(this.#timer);
    await this.idle();
  }

  /** Waits for the requests in flight. */
  async idle(): Promise<void> {
    while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight);
  }

  #tick(): void {
    const now = performance.now();
    const seconds = (now - this.#ticked) / 1_000;
    this.#ticked = now;
    const jobs = {
      visits: () => this.visit(this.#next()),
      signIns: () => this.signIn(),
      signOuts: () => this.#signOutSomeone(),
    };
    for (const name of ["visits", "signIns", "signOuts"] as const) {
      this.#due[name] += this.#pace[name] * seconds;
      for (; this.#due[name] >= 1; this.#due[name]--) this.#run(jobs[name]());
    }
  }

  #run(work: Promise<unknown>): void {
    this.#inFlight.add(work);
    void work.catch(() => undefined).finally(() => this.#inFlight.delete(work));
  }

  #next(): Person {
    const { people } = this.#parts;
    for (let tries = 0; tries < people.length; tries++) {
      const person = people[this.#turn++ % people.length];
      if (person !== undefined && (this.usesEnded || person.endingAt === undefined)) return person;
    }
    throw new Error("there are no people");
  }

  /** One request of this person, by default through the proxy. Returns its status; 0 = no replica answered. */
  async visit(person: Person, port?: number): Promise<number> {
    const { replicas, timeline } = this.#parts;
    const begun = performance.now();
    const asked =
      port === undefined
        ? visitors.verify(replicas, person)
        : visitors.verifyAt(replicas, port, person);
    const status = await asked.catch(() => 0);
    this.answers++;
    const verdict = judge(person, status, begun);
    if (verdict.kind === "late") this.late.push({ person, lateMs: verdict.lateMs, at: begun });
    if (verdict.kind === "lost") person.lostAt ??= begun;
    if (status === 503) this.unavailableAt = performance.now();
    if (port === undefined && person.endingAt === undefined)
      timeline.add(performance.now(), kindOf(status));
    return status;
  }

  async signIn(): Promise<void> {
    const { replicas, issuer, people } = this.#parts;
    const subject = `guest-${this.#guests++}`;
    const person = await visitors.signIn(replicas, issuer, subject).catch(() => undefined);
    if (person === undefined) this.signIns.failed++;
    else {
      this.signIns.done++;
      people.push(person);
    }
  }

  async #signOutSomeone(): Promise<void> {
    const { people } = this.#parts;
    for (let tries = 0; tries < 20; tries++) {
      const person = people[randomInt(people.length)];
      if (person === undefined || person.endingAt !== undefined || person.lostAt !== undefined)
        continue;
      return this.signOut(person);
    }
  }

  /** Repeats the sign-out until doorward confirms it, as a visitor does. */
  async signOut(person: Person): Promise<void> {
    const { replicas } = this.#parts;
    person.endingAt = performance.now();
    for (;;) {
      const status = await visitors.signOut(replicas, person).catch(() => 0);
      if (status >= 200 && status < 400) break;
      this.signOuts.failed++;
      await pause(100);
    }
    person.endedAt = performance.now();
    this.signOuts.done++;
    if (this.usesEnded) this.#run(this.#tryCopies(person));
  }

  async #tryCopies(person: Person): Promise<void> {
    let before = 0;
    for (const at of copiesAtMs) {
      await pause(at - before);
      before = at;
      await Promise.all(this.#parts.replicas.all.map(({ port }) => this.visit(person, port)));
    }
  }
}
