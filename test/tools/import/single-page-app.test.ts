import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { google } from "../../providers/stand-ins/google.ts";
import { ada, setUp, stand, tearDown, windowOf } from "./journeys.ts";
import { migrate } from "./migration.ts";

describe("a single-page app on port 3000 that calls an API on port 80", () => {
  const app = "http://localhost:3000/";
  let pages: Server;

  /** The app shows the status of the API's response, or that the request was blocked. */
  const script = `<!doctype html><title>App</title><p id="shown"></p>
    <script>
      fetch("http://localhost/api/me", { credentials: "include", headers: { "X-App": "1" } })
        .then((answer) => { shown.textContent = String(answer.status); })
        .catch(() => { shown.textContent = "blocked"; });
    </script>`;

  beforeAll(async () => {
    pages = createServer((_, response) =>
      response.writeHead(200, { "Content-Type": "text/html; charset=utf-8" }).end(script),
    );
    pages.listen(0, "127.0.0.1");
    await once(pages, "listening");
    const door = await migrate("single-page-app.yaml", google, ada);
    const others = new Map([["localhost:3000", (pages.address() as AddressInfo).port]]);
    await setUp(
      [door],
      ([doorwardPort = 0], appPort) => [
        {
          name: "localhost",
          doorwardPort,
          appPort,
          server: askInFull(doorwardPort),
          location: "auth_request /ask;",
        },
      ],
      others,
    );
  });
  afterAll(async () => {
    pages.close();
    await tearDown();
  });

  /** oauth2-proxy's recipe does not send the visitor's method, which preflights need, so nginx uses /oauth2/verify. */
  function askInFull(port: number): string {
    const cors = {
      "Access-Control-Allow-Origin": "http://localhost:3000",
      "Access-Control-Allow-Credentials": "true",
      "Access-Control-Allow-Headers": "X-App",
    };
    return `${Object.entries(cors)
      .map(([name, value]) => `add_header ${name} ${value} always;`)
      .join("\n")}
    location = /ask {
      internal;
      proxy_pass http://127.0.0.1:${port}/oauth2/verify;
      proxy_pass_request_body off;
      proxy_set_header Content-Length "";
      proxy_set_header X-Original-URL $scheme://$host$request_uri;
      proxy_set_header X-Original-Method $request_method;
      proxy_set_header X-Forwarded-Uri "";
      proxy_set_header X-Forwarded-Method "";
    }`;
  }

  async function shown(page: Page): Promise<string> {
    await page.locator("#shown:not(:empty)").waitFor();
    return page.locator("#shown").innerText();
  }

  it("can read the API after signing in, and not after signing out", async () => {
    const page = await (await windowOf(ada)).newPage();
    await page.goto(app);
    const before = await shown(page);

    await page.goto(`http://localhost/oauth2/start?rd=${encodeURIComponent(app)}`);
    const [signedInAt, during] = [page.url(), await shown(page)];
    await page.goto(`http://localhost/oauth2/sign_out?rd=${encodeURIComponent(app)}`);
    const [signedOutAt, after] = [page.url(), await shown(page)];

    expect([signedInAt, signedOutAt]).toEqual([app, app]);
    expect([before, during, after]).toEqual(["401", "200", "401"]);
    expect(stand.echo.heard.map(({ method }) => method)).toContain("OPTIONS");
  });

  it("is not redirected to a port that is not listed", async () => {
    const page = await (await windowOf(ada)).newPage();

    await page.goto(
      `http://localhost/oauth2/start?rd=${encodeURIComponent("http://localhost:3001/")}`,
    );

    expect(new URL(page.url()).origin).toBe("http://localhost");
  });
});
