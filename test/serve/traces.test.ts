import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startIssuer, type Issuer } from "../../demo/issuer.ts";
import { openTracer } from "../../server/serve/open-tracer.ts";
import { Browser, navigation } from "../peers/browser.ts";
import { capturingLog } from "../peers/capturing-log.ts";
import { configOf, startDoorward, type TestDoorward } from "../peers/doorward.ts";
import { freePort } from "../peers/free-port.ts";
import { forwarded } from "../peers/sign-in-door.ts";

const span = v.object({
  traceId: v.pipe(v.string(), v.regex(/^[0-9a-f]{32}$/)),
  spanId: v.pipe(v.string(), v.regex(/^[0-9a-f]{16}$/)),
  parentSpanId: v.optional(v.string()),
  name: v.string(),
  kind: v.picklist([1, 2, 3]),
  startTimeUnixNano: v.pipe(v.string(), v.regex(/^\d{19}$/)),
  endTimeUnixNano: v.pipe(v.string(), v.regex(/^\d{19}$/)),
  attributes: v.array(v.object({ key: v.string(), value: v.unknown() })),
  status: v.object({ code: v.optional(v.number()) }),
});
const request = v.object({
  resourceSpans: v.array(
    v.object({
      resource: v.object({
        attributes: v.array(v.object({ key: v.string(), value: v.unknown() })),
      }),
      scopeSpans: v.array(
        v.object({ scope: v.object({ name: v.string() }), spans: v.array(span) }),
      ),
    }),
  ),
});

/** What the collector received. */
const received: { url: string | undefined; authorization: string | undefined; body: string }[] = [];
const collector = createServer(async (incoming, response) => {
  const { url, headers } = incoming;
  received.push({ url, authorization: headers.authorization, body: await text(incoming) });
  response.end("{}");
});
/** The `traceparent` of each request that the issuer got from doorward, by path. */
const atIssuer = new Map<string, string | string[] | undefined>();
const client = { clientId: "door", clientSecret: "a secret of the door" };
const traceId = "0af7651916cd43dd8448eb211c80319c";
const caller = `00-${traceId}-b7ad6b7169203331`;

let issuer: Issuer;
let doorward: TestDoorward;
let traces: NonNullable<Awaited<ReturnType<typeof openTracer>>>;
let site: string;
let clock: { now: number };

async function open(settings: object = {}): Promise<Browser> {
  site = `http://localhost:${await freePort()}/_auth`;
  issuer = await startIssuer({
    accounts: [{ id: "ada", claims: { email: "ada@example.com", email_verified: true } }],
    ...client,
    redirectUris: [`${site}/callback`],
    before: async ({ url = "", headers }) => {
      if (headers["user-agent"] !== undefined || headers.traceparent !== undefined)
        atIssuer.set(url.split("?", 1)[0] ?? "", headers.traceparent);
    },
  });
  const config = configOf({
    url: site,
    providers: { company: { type: "oidc", issuer: issuer.issuer, ...client } },
    access: { anyone: true },
    session: { refresh: "1m" },
    ...settings,
  });
  clock = { now: Date.now() };
  doorward = await startDoorward(config, { tracer: traces.tracer, now: () => clock.now });
  return new Browser(new Map([[new URL(site).host, doorward.port]]));
}

beforeEach(async () => {
  received.length = 0;
  atIssuer.clear();
  collector.listen(0, "127.0.0.1");
  await once(collector, "listening");
  const { port } = collector.address() as AddressInfo;
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}/`,
    OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20abc",
  };
  const opened = await openTracer(environment, capturingLog().log);
  if (opened === undefined) throw new Error("traces are off");
  traces = opened;
});
afterEach(async () => {
  collector.closeAllConnections();
  collector.close();
  await doorward?.close();
  await issuer?.close();
});

async function sentSpans() {
  await traces.flush();
  const bodies = received.map(({ body }) => v.parse(request, JSON.parse(body)));
  const scopes = bodies
    .flatMap(({ resourceSpans }) => resourceSpans)
    .flatMap((one) => one.scopeSpans);
  return scopes.flatMap(({ spans }) => spans);
}

const start = (browser: Browser, traceparent: string) =>
  browser.ask(`${site}/start`, { headers: { ...navigation, traceparent } });

describe("traces", () => {
  it("follow a trusted proxy's trace, and go on at the issuer", async () => {
    const browser = await open();

    await start(browser, `${caller}-01`);
    const spans = await sentSpans();

    const [own, discovery] = ["start", "issuer discovery"].map((name) =>
      spans.find((one) => one.name === name),
    );
    expect(own).toMatchObject({ traceId, parentSpanId: "b7ad6b7169203331", kind: 2, status: {} });
    expect(own?.attributes).toContainEqual({
      key: "http.response.status_code",
      value: { intValue: "302" },
    });
    expect(discovery).toMatchObject({ traceId, parentSpanId: own?.spanId, kind: 3 });
    expect(atIssuer.get("/.well-known/openid-configuration")).toBe(
      `00-${traceId}-${discovery?.spanId}-01`,
    );
    expect(received).toMatchObject([{ url: "/v1/traces", authorization: "Bearer abc" }]);
    expect(received[0]?.body).toContain(
      '{"key":"service.name","value":{"stringValue":"doorward"}}',
    );
  });

  it("have a span of each step of a sign-in, a refresh and a sign-out, and no secret", async () => {
    const browser = await open();
    await browser.signIn(`${site}/start`, "ada");
    clock.now += 2 * 60_000;
    await browser.ask(`${site}/verify`, { headers: forwarded(site) });
    await browser.open(`${site}/sign_out`);

    const spans = await sentSpans();

    const names = new Set(spans.map(({ name }) => name));
    for (const name of ["start", "callback", "refresh", "sign_out", "issuer token", "issuer jwks"])
      expect(names).toContain(name);
    expect(names).not.toContain("verify");
    const token = spans.find(({ name }) => name === "issuer token");
    const callback = spans.find(({ name }) => name === "callback");
    expect(token).toMatchObject({ traceId: callback?.traceId, parentSpanId: callback?.spanId });
    const sent = received.map(({ body }) => body).join("");
    for (const secret of [client.clientSecret, "code=", "state=", ...browser.given])
      expect(sent).not.toContain(secret);
  });

  it("do not follow an untrusted peer's trace", async () => {
    const browser = await open({ trustedProxies: ["10.0.0.0/8"] });

    await start(browser, `${caller}-01`);
    const spans = await sentSpans();

    expect(spans.find(({ name }) => name === "start")?.parentSpanId).toBeUndefined();
    expect(spans.filter((one) => one.traceId === traceId)).toEqual([]);
  });

  it.each(["00-0-0-01", `00-${"0".repeat(32)}-b7ad6b7169203331-01`, `${caller}-01x`])(
    "begin anew at a traceparent that is none: %s",
    async (traceparent) => {
      const browser = await open();

      await start(browser, traceparent);

      expect(
        (await sentSpans()).find(({ name }) => name === "start")?.parentSpanId,
      ).toBeUndefined();
    },
  );

  it("are not sent of a trace that its sender does not sample", async () => {
    const browser = await open();

    await start(browser, `${caller}-00`);

    expect(await sentSpans()).toEqual([]);
    expect(atIssuer.get("/.well-known/openid-configuration")).toMatch(
      new RegExp(`^00-${traceId}-[0-9a-f]{16}-00$`),
    );
  });
});

describe("OpenTelemetry's variables", () => {
  it("switch traces off while they are missing", async () => {
    expect(await openTracer({}, capturingLog().log)).toBeUndefined();
  });

  it.each([
    ["not a URL", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    ["http://user:password@127.0.0.1:4318", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    ["http://:password@127.0.0.1:4318", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    ["http://127.0.0.1:4318/?key=password@", "OTEL_EXPORTER_OTLP_ENDPOINT"],
    ["http://127.0.0.1:4318/#password@", "OTEL_EXPORTER_OTLP_ENDPOINT"],
  ])("stop the start if they cannot be used: %s", async (endpoint, named) => {
    const opening = openTracer({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, capturingLog().log);

    await expect(opening).rejects.toThrow(named);
    await expect(opening).rejects.not.toThrow("password@");
  });

  it.each([
    ["x-key=a%0Ab-secret", "the value of x-key"],
    ["x-key=se%E2%80%A6cret", "the value of x-key"],
    ["x key=b-secret", "a name"],
    ["x(key=b-secret", "a name"],
    ["b-secret", "name=value"],
    ["x-key=b-secret%", "not part of a percent-encoding"],
  ])(
    "stop the start at headers that cannot be sent, and keep the value secret: %s",
    async (headers, named) => {
      const opening = openTracer(
        {
          OTEL_EXPORTER_OTLP_ENDPOINT: "http://127.0.0.1:4318",
          OTEL_EXPORTER_OTLP_HEADERS: headers,
        },
        capturingLog().log,
      );

      await expect(opening).rejects.toThrow(named);
      await expect(opening).rejects.toThrow("OTEL_EXPORTER_OTLP_HEADERS");
      await expect(opening).rejects.not.toThrow(/secret|cret$/);
    },
  );
});

it("the end waits 900 ms for a slow collector, however many batches are left", async () => {
  const slow = createServer((_, response) => void setTimeout(() => response.end("{}"), 700));
  slow.listen(0, "127.0.0.1");
  await once(slow, "listening");
  const { port } = slow.address() as AddressInfo;
  const endpoint = `http://127.0.0.1:${port}`;
  const opened = await openTracer({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, capturingLog().log);
  const one = { kind: "internal", attributes: {} } as const;
  for (let count = 0; count < 2_000; count++)
    await opened?.tracer.span("refresh", one, async () => undefined);
  void opened?.flush();

  const before = performance.now();
  await opened?.close();
  const waited = performance.now() - before;
  slow.closeAllConnections();
  slow.close();

  expect(waited).toBeLessThan(1_350);
});

it("a collector that is down leaves one line in the log, and delays no one", async () => {
  const { log, events } = capturingLog();
  const endpoint = `http://127.0.0.1:${await freePort()}`;
  const opened = await openTracer({ OTEL_EXPORTER_OTLP_ENDPOINT: endpoint }, log);
  const one = { kind: "internal", attributes: {} } as const;

  for (let round = 0; round < 3; round++) {
    await opened?.tracer.span("refresh", one, async () => undefined);
    await opened?.flush();
  }

  expect(events.filter(({ msg }) => msg === "could not send traces")).toHaveLength(1);
});
