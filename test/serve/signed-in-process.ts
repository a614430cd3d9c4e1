import { Browser } from "../peers/browser.ts";
import { startHostileIssuer, type HostileIssuer } from "../peers/hostile-issuer.ts";
import { replaceFile, settingsFor, startProcess, type DoorwardProcess } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";

export interface SignedInProcess {
  readonly doorward: DoorwardProcess;
  readonly issuer: HostileIssuer;
  readonly browser: Browser;
  readonly settings: Readonly<Record<string, unknown>>;
  /** Changes some settings, and waits until the configuration is applied. */
  reload(changed: Readonly<Record<string, unknown>>): Promise<void>;
  /** The `Cookie` header of a person with access. */
  readonly cookie: string;
  /** A proxy's headers about a request, a line each. */
  readonly lines: string;
  /** Whether that person's next request is allowed: shows that the process is alive. */
  isAlive(): Promise<boolean>;
  close(): Promise<void>;
}

/** Log messages of a reload. */
export const applied = "new configuration applied";
export const rejected = "new configuration rejected; still using the previous one";

/** A real process, and a person who is signed in there. */
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
      await doorward.logged(applied, reloads);
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
