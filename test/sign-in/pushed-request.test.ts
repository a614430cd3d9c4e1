import type { ServerResponse } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { navigation, type Browser } from "../peers/browser.ts";
import { openClientDoor, type ClientDoor } from "../peers/client-door.ts";
import { json } from "../peers/hostile-issuer.ts";
import { setCookies } from "../peers/sign-in-door.ts";

const client = {
  provider: { clientSecret: "a secret of the door" },
  registration: { client_secret: "a secret of the door" },
};

let door: ClientDoor;
afterEach(() => door.close());

async function open(isRequired: boolean): Promise<void> {
  door = await openClientDoor({
    ...client,
    features: {
      pushedAuthorizationRequests: {
        enabled: true,
        requirePushedAuthorizationRequests: isRequired,
      },
    },
  });
}

function start(browser: Browser = door.newBrowser(), query = "") {
  return browser.ask(`${door.site}/start?rd=/${query}`, { headers: navigation });
}

function pushes(): number {
  return door.asked.filter((one) => one.startsWith("POST /request ")).length;
}

const broken: [string, (response: ServerResponse) => unknown, number][] = [
  ["is down", (response) => response.writeHead(503).end(), 502],
  ["closes the connection", (response) => response.destroy(), 503],
  ["does not respond", () => new Promise(() => undefined), 503],
  ["redirects", (response) => response.writeHead(302, { Location: "/elsewhere" }).end(), 502],
  ["returns a page", (response) => response.writeHead(201).end("<h1>Welcome</h1>"), 502],
  ["returns 2 MB", (response) => response.writeHead(201).end("x".repeat(2 << 20)), 502],
  ["returns no request_uri", (response) => json(response, 201, { expires_in: 60 }), 502],
  ["rejects the client", (response) => json(response, 401, { error: "invalid_client" }), 502],
  ["rejects the request", (response) => json(response, 400, { error: "invalid_request" }), 502],
  [
    "rejects it with an unexpected error",
    (response) => json(response, 400, { error: "invalid_grant" }),
    502,
  ],
];

describe("a pushed authorization request", () => {
  it.each([true, false])(
    "keeps the parameters out of the browser (required: %j)",
    async (isRequired) => {
      await open(isRequired);

      const answer = await start();
      const ada = await door.signIn();

      const query = new URL(String(answer.headers.location)).searchParams;
      expect([...query.keys()].toSorted()).toEqual(["client_id", "request_uri"]);
      expect((await door.verify(ada)).status).toBe(200);
      expect(door.asked).toContain("POST /request 201");
    },
  );

  it.each(broken)(
    "that is required shows an error page if the endpoint %s",
    async (_, reply, status) => {
      await open(true);
      door.instead.set("/request", reply);

      const answer = await start();

      expect(answer.status).toBe(status);
      expect(answer.headers.location).toBeUndefined();
      expect(setCookies(answer)).toEqual([]);
      expect(JSON.stringify(door.doorward.events)).not.toContain(client.provider.clientSecret);
    },
  );

  it.each(broken)(
    "that is optional falls back to a plain request if the endpoint %s",
    async (_, reply) => {
      await open(false);
      door.instead.set("/request", reply);

      const ada = await door.signIn();

      expect((await door.verify(ada)).status).toBe(200);
      expect(door.doorward.events.map(({ msg }) => msg)).toContain(
        "PAR failed; falling back to a plain authorization request",
      );
    },
  );

  it("that is optional is not tried for a minute after the endpoint was down", async () => {
    await open(false);
    door.instead.set("/request", (response) => response.writeHead(503).end());

    await start();
    const [, meanwhile] = [await start(), pushes()];
    door.clock.now += 60_000;
    await start();

    expect(meanwhile).toBe(1);
    expect(pushes()).toBe(2);
  });

  it("that is rejected does not stop the next one", async () => {
    await open(false);
    door.instead.set("/request", (response) => json(response, 400, { error: "invalid_request" }));

    await start(door.newBrowser(), "&max_age=999999999999999");
    door.instead.clear();
    const answer = await start();

    expect(pushes()).toBe(2);
    expect(String(answer.headers.location)).toContain("request_uri=");
  });

  it("is refused above fifty concurrent ones", async () => {
    await open(true);
    const { promise, resolve } = Promise.withResolvers<void>();
    let arrived = 0;
    door.instead.set("/request", () => {
      arrived++;
      return promise;
    });
    const statuses: number[] = [];

    const answers = Array.from({ length: 60 }, async () => statuses.push((await start()).status));
    await expect.poll(() => [arrived, statuses.length]).toEqual([50, 10]);
    const early = [...statuses];
    resolve();
    await Promise.all(answers);

    expect(new Set(early)).toEqual(new Set([503]));
    expect(statuses.filter((status) => status === 302)).toHaveLength(50);
  });
});
