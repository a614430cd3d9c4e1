import { Browser } from "../peers/browser.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { replaceFile, settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";

export interface SignedInProcess {
  readonly doorward: DoorwardProcess;
  readonly issuer: HostileIssuer;
  readonly browser: Browser;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Replaces the configuration by one with other settings, and waits until it is in place. */
  reload(changed: Readonly<Record<string, unknown>>): Promise<void>;
  /** The `Cookie` header of somebody who may pass. */
  readonly cookie: string;
  /** What a proxy sends about a request, a line each. */
  readonly lines: string;
  /** The verdict on that person's next request: shows that the process lives. */
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/** What doorward logs when a configuration is in place, and when it is not taken. */
export const readAnew = "the configuration was read anew";
export const notTaken = "the configuration cannot be used: the one before stays";

/** A real process, and somebody who is signed in there. */
export async function startSignedInProcess(
  changed: Readonly<Record<string, unknown>> = {},
  environment: Readonly<Record<string, string>> = {},
): Promise<SignedInProcess> {
  const issuer = await startHostileIssuer();
  let settings: Record<string, unknown> = {};
  const doorward = await startProcess((port) => {
    settings = { ...settingsFor(port, issuer.issuer), ...changed };
    return settings;
  }, environment);
  const browser = new Browser();
  let reloads = 0;
  const start = await browser.open(`${doorward.site}/start`, 0);
  await browser.ask(issuer.consent(String(start.headers.location)));
  const headers = forwarded(doorward.site);
  return {
    doorward,
    issuer,
    browser,
    settings,
    async reload(others) {
      await replaceFile(doorward.file.path, JSON.stringify({ ...settings, ...others }));
      doorward.signal("SIGHUP");
      reloads++;
      await doorward.logged(readAnew, reloads);
    },
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
