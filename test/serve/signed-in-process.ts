import { Browser } from "../peers/browser.ts";
import { startHostileIssuer } from "../peers/hostile-issuer.ts";
import { settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";

export interface SignedInProcess {
  readonly doorward: DoorwardProcess;
  /** The `Cookie` header of somebody who may pass. */
  readonly cookie: string;
  /** What a proxy sends about a request, a line each. */
  readonly lines: string;
  /** The verdict on that person's next request: shows that the process lives. */
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/** A real process, and somebody who is signed in there. */
export async function startSignedInProcess(): Promise<SignedInProcess> {
  const issuer = await startHostileIssuer();
  const doorward = await startProcess((port) => settingsFor(port, issuer.issuer));
  const browser = new Browser();
  const start = await browser.open(`${doorward.site}/start`, 0);
  await browser.ask(issuer.consent(String(start.headers.location)));
  const headers = forwarded(doorward.site);
  return {
    doorward,
    cookie: await browser.jar.getCookieString(doorward.site),
    lines: Object.entries(headers)
      .map((pair) => `${pair.join(": ")}\r\n`)
      .join(""),
    async isAlive() {
      const { status } = await browser.ask(`${doorward.site}/verify`, { headers });
      return status === 200;
    },
    async close() {
      await doorward.close();
      await issuer.close();
    },
  };
}

/** The status of each answer on a connection, in order. */
export function statuses(answers: string): number[] {
  return [...answers.matchAll(/^HTTP\/1\.1 (\d{3})/gm)].map(([, status]) => Number(status));
}
