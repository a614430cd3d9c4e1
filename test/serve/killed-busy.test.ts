import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { answered } from "../peers/answered.ts";
import { Browser, send } from "../peers/browser.ts";
import { startHostileIssuer } from "../peers/hostile-issuer.ts";
import { movable, moveClock } from "../peers/move-clock.ts";
import { settingsFor, startProcess } from "../peers/process.ts";
import { forwarded } from "../peers/sign-in-door.ts";

const people = 150;

it(
  "kill -9 during refreshes and sign-outs restores no ended session and mixes up no identities",
  { timeout: 120_000 },
  async () => {
    const issuer = await startHostileIssuer();
    const parent = await mkdtemp(join(tmpdir(), "doorward-test-"));
    const changed = {
      storage: { driver: "fs-lite", base: join(parent, "data") },
      session: { refresh: "50s" },
    };
    const doorward = await startProcess(
      (port) => ({ ...settingsFor(port, issuer.issuer), ...changed }),
      movable,
    );
    const { site } = doorward;
    const signedIn: { readonly subject: string; readonly cookie: string }[] = [];
    while (signedIn.length < people) {
      const [browser, subject] = [new Browser(), `person-${signedIn.length}`];
      issuer.twist = {
        refreshes: true,
        claims: { sub: subject },
        metadata: { userinfo_endpoint: undefined },
      };
      const start = await browser.open(`${site}/start`, 0);
      const { status } = await browser.ask(issuer.consent(String(start.headers.location)));
      if (status !== 302) continue; // the store stalls
      signedIn.push({ subject, cookie: await browser.jar.getCookieString(site) });
    }
    const out = new Set<string>();
    let answers = 0;
    const asked = async (port: number, path: string, cookie: string) =>
      send(`http://127.0.0.1:${port}/_auth${path}`, new Map(), {
        headers: { ...forwarded(site), Cookie: cookie },
      });
    await moveClock(doorward); // every session is due for its refresh

    // A refresh without an ID token keeps the subject of the sign-in.
    issuer.twist = {
      refreshes: true,
      idToken: () => undefined,
      metadata: { userinfo_endpoint: undefined },
    };
    const busy = signedIn.map(async ({ subject, cookie }, index) => {
      if (index % 3 === 0) {
        const { status } = await asked(doorward.port, "/sign_out", cookie);
        if (status === 200) out.add(subject);
        if (++answers === people / 6) doorward.signal("SIGKILL");
      } else if (index % 3 === 1) await asked(doorward.port, "/verify", cookie);
    });
    const idle = signedIn.filter((_, index) => index % 3 === 2);
    await Promise.allSettled(busy);
    await doorward.exit;
    const again = await startProcess(
      (port) => ({ ...settingsFor(port, issuer.issuer), ...changed, url: site }),
      movable,
    );
    await moveClock(again);
    const verdicts: { subject: string; status: number; user: unknown }[] = [];
    for (const { subject, cookie } of signedIn) {
      const { status, headers } = await answered(() => asked(again.port, "/verify", cookie));
      verdicts.push({ subject, status, user: headers["x-auth-request-user"] });
    }
    const entries = await readdir(changed.storage.base, { recursive: true, withFileTypes: true });
    const paths = entries.map(({ parentPath, name }) => join(parentPath, name));
    const sessions = paths.filter((path) => /\/session\/[0-9a-f]+$/.test(path));
    const texts = await Promise.all(sessions.map((path) => readFile(path, "utf8")));
    await Promise.all([again.close(), issuer.close()]);
    await rm(parent, { recursive: true });

    expect(out.size).toBeGreaterThan(0);
    expect(verdicts.filter(({ status }) => status !== 200 && status !== 302)).toEqual([]);
    expect(verdicts.filter(({ status, subject }) => status === 200 && out.has(subject))).toEqual(
      [],
    );
    expect(
      verdicts.filter(({ status, subject, user }) => status === 200 && user !== subject),
    ).toEqual([]);
    // A person whose refresh was in progress may have to sign in again: the issuer used up the token, and its response was lost.
    const inAgain = new Set(verdicts.flatMap((one) => (one.status === 200 ? [one.subject] : [])));
    expect(idle.filter(({ subject }) => !inAgain.has(subject))).toEqual([]);
    expect(texts.filter((text) => !text.endsWith("}"))).toEqual([]);
  },
);
