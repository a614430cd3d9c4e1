import type { Stack } from "./stack.ts";
import { Visitor, type Page } from "./visitor.ts";

type Step = (stack: Stack, people: { ada: Visitor; bob: Visitor }) => Promise<void>;

/** What the demo shows, in the order in which it shows it. A step that fails throws what it saw instead. */
const steps: Readonly<Record<string, Step>> = {
  "a page asked for without a session leads to the sign-in page": async (stack, { ada }) => {
    const first = await ada.knock(`${stack.address}/reports?year=2026`);
    expect(leadsTo(first, `${stack.address}/_auth/start?`), first);
    const page = await ada.open(`${stack.address}/reports?year=2026`);
    expect(page.url.startsWith(`${stack.issuer}/`) && page.body.includes("Who are you?"), page);
  },
  "Ada signs in, and the app she asked for is told who she is": async (stack, { ada }) => {
    const page = await signIn(ada, `${stack.address}/reports?year=2026`, "ada");
    expect(page.status === 200 && page.url === `${stack.address}/reports?year=2026`, page);
    expect(page.body.includes("ada@example.com") && page.body.includes("staff,engineers"), page);
  },
  "an X-Auth-Request-User that a visitor sends is not believed": async (stack, { ada }) => {
    const page = await ada.open(stack.address, {
      "X-Auth-Request-User": "mallory",
      X_Auth_Request_User: "mallory",
    });
    expect(page.status === 200 && page.body.includes("ada@example.com"), page);
    expect(!page.body.includes("mallory"), page);
  },
  "a script without a session gets 401 and no redirect": async ({ address }) => {
    const headers = { Accept: "*/*", "Sec-Fetch-Mode": "cors", "Sec-Fetch-Dest": "empty" };
    const answer = await new Visitor().ask(`${address}/api/orders`, headers);
    expect(answer.status === 401 && answer.location === undefined, answer);
  },
  "Bob is refused with a page that says so, and has no session": async (stack, { bob }) => {
    const page = await signIn(bob, `${stack.address}/`, "bob");
    expect(page.status === 403 && page.body.includes("Use another account"), page);
    expect(!bob.cookieNames(stack.address).includes("doorward"), page);
    const again = await bob.knock(`${stack.address}/`);
    expect(leadsTo(again, `${stack.address}/_auth/start?`), again);
  },
  "Ada signs out and is asked to sign in again": async (stack, { ada }) => {
    const page = await ada.open(`${stack.address}/_auth/sign_out?rd=/`);
    expect(page.url.startsWith(`${stack.issuer}/`) && page.body.includes("Who are you?"), page);
    const again = await ada.knock(`${stack.address}/`);
    expect(leadsTo(again, `${stack.address}/_auth/start?`), again);
  },
};

/** Makes the whole journey, a line a step. False at the first step that fails. */
export async function makeJourney(stack: Stack, say: (line: string) => void): Promise<boolean> {
  const people = { ada: new Visitor(), bob: new Visitor() };
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step(stack, people);
      say(`ok      ${name}`);
    } catch (error) {
      say(`FAILED  ${name}`);
      say(`        ${error instanceof Error ? error.message : String(error)}`);
      return false;
    }
  }
  return true;
}

async function signIn(visitor: Visitor, url: string, account: string): Promise<Page> {
  const page = await visitor.open(url);
  return visitor.submit(page.url, { account });
}

function leadsTo({ status, location }: Page, start: string): boolean {
  return (status === 302 || status === 303) && location?.startsWith(start) === true;
}

function expect(isSo: boolean, { url, status, location, body }: Page): void {
  if (isSo) return;
  const words = body.replace(/<style>.*<\/style>|<[^>]*>|\s+/gs, " ").replace(/ +/g, " ");
  const leading = location === undefined ? "" : `, leading to ${location}`;
  throw new Error(`instead: ${status} from ${url}${leading}: ${words.trim().slice(0, 300)}`);
}
