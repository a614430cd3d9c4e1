import { Agent } from "node:http";
import { Browser, navigation, send } from "./browser.ts";
import { startHostileIssuer } from "./hostile-issuer.ts";
import { measure, measuring, type Figures } from "./measured.ts";
import { settingsFor, startProcess } from "./process.ts";
import { forwarded } from "./sign-in-door.ts";

interface MixedLoad {
  /** After a third of the requests, and at the end. */
  readonly plateau: Figures;
  readonly end: Figures;
  /** The answers that no request of this load may get. */
  readonly wrong: readonly string[];
}

/**
 * A real doorward under the load of visitors with and without sessions, started and finished sign-ins, sign-outs, and
 * forged callbacks, each from an address of its own.
 */
export async function mixedLoad(total: number): Promise<MixedLoad> {
  const issuer = await startHostileIssuer();
  const doorward = await startProcess((port) => settingsFor(port, issuer.issuer), measuring);
  const agent = new Agent({ keepAlive: true, maxSockets: 8 });
  const address = `http://127.0.0.1:${doorward.port}/_auth`;
  const site = forwarded(doorward.site);
  const wrong = new Set<string>();
  let requests = 0;

  async function ask(path: string, expected: readonly number[], headers: Record<string, string>) {
    const from = `198.51.${(requests >> 8) % 256}.${requests % 256}`;
    requests++;
    const all = { ...site, "X-Forwarded-For": from, ...headers };
    const { status } = await send(address + path, new Map(), { headers: all, agent });
    if (!expected.includes(status)) wrong.add(`${path.split("?", 1)[0]} ${status}`);
  }

  async function visit(most: number): Promise<void> {
    while (requests < most) {
      const browser = new Browser();
      const from = { "X-Forwarded-For": `203.0.${requests % 256}.${(requests >> 8) % 256}` };
      const start = await browser.ask(`${doorward.site}/start`, {
        headers: { ...navigation, ...from },
      });
      await browser.ask(issuer.consent(String(start.headers.location)), { headers: navigation });
      const Cookie = await browser.jar.getCookieString(doorward.site);
      for (let count = 0; count < 20 && requests < most; count++) {
        await ask("/verify", [200], { Cookie });
        await ask("/verify", [302], { Cookie: Cookie.replace(/=.*/, `=${requests}`) });
        await ask(`/start?rd=/${requests}`, [302, 429], {});
        await ask(`/callback?code=a&state=${requests}`, [400, 429], {});
        await ask(`/verify/${requests}`, [302, 400, 403], {});
      }
      await browser.ask(`${doorward.site}/sign_out`, { headers: navigation });
      issuer.received.length = 0;
      issuer.secrets.length = 0;
    }
  }

  const visitors = (most: number) => Promise.all([1, 2, 3, 4].map(() => visit(most)));
  await visitors(total / 3);
  const plateau = await measure(doorward);
  await visitors(total);
  const end = await measure(doorward);
  agent.destroy();
  await doorward.close();
  await issuer.close();
  return { plateau, end, wrong: [...wrong] };
}
