import type { Stack } from "./stack.ts";
import { Visitor, type Page } from "./visitor.ts";

type Step = (stack: Stack, people: { ada: Visitor; bob: Visitor }) => Promise<void>;

/** The steps of the demo, in order. A failed step throws the page that it got. */
const steps: Readonly<Record<string, Step>> = {
  "a page requested without a session redirects to the sign-in page": async (stack, { ada }) => {
    const first = await ada.openOnly(`${stack.address}/reports?year=2026`);
    expect(leadsTo(first, `${stack.address}/_auth/start?`), first);
    const page = await ada.open(`${stack.address}/reports?year=2026`);
    expect(page.url.startsWith(`${stack.issuer}/`) && page.body.includes("Who are you?"), page);
  },
  "Ada signs in, and the app gets her identity": async (stack, { ada }) => {
    const page = await signIn(ada, `${stack.address}/reports?year=2026`, "ada");
    expect(page.status === 200 && page.url === `${stack.address}/reports?year=2026`, page);
    expect(page.body.includes("ada@example.com") && page.body.includes("staff,engineers"), page);
  },
  "an X-Auth-Request-User header from a visitor is dropped": async (stack, { ada }) => {
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
  "Bob gets the no-access page and no session": async (stack, { bob }) => {
    const page = await signIn(bob, `${stack.address}/`, "bob");
    expect(page.status === 403 && page.body.includes("Use another account"), page);
    expect(!bob.cookieNames(stack.address).includes("doorward"), page);
    const again = await bob.openOnly(`${stack.address}/`);
    expect(leadsTo(again, `${stack.address}/_auth/start?`), again);
  },
  "Ada signs out and has to sign in again": async (stack, { ada }) => {
    const page = await ada.open(`${stack.address}/_auth/sign_out?rd=/`);
    expect(page.url.startsWith(`${stack.issuer}/`) && page.body.includes("Who are you?"), page);
    const again = await ada.openOnly(`${stack.address}/`);
    expect(leadsTo(again, `${stack.address}/_auth/start?`), again);
  },
};

/** Runs every step and prints a line for each. Returns false at the first failed step. */
export async function makeJourney(stack: Stack, print: (line: string) => void): Promise<boolean> {
  const people = { ada: new Visitor(), bob: new Visitor() };
  for (const [name, step] of Object.entries(steps)) {
    try {
      await step(stack, people);
      print(`ok      ${name}`);
    } catch (error) {
      print(`FAILED  ${name}`);
      print(`        ${error instanceof Error ? error.message : String(error)}`);
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
  const text = body.replace(/<style>.*<\/style>|<[^>]*>|\s+/gs, " ").replace(/ +/g, " ");
  const redirect = location === undefined ? "" : `, redirecting to ${location}`;
  throw new Error(`got ${status} from ${url}${redirect}: ${text.trim().slice(0, 300)}`);
}
