import { describe, expect, it } from "vitest";
import { headerFamilies, type HeaderFamily } from "../../server/forwarded/dialects.ts";
import { forwardedRequest } from "../../server/forwarded/forwarded-request.ts";
import { createForwardedReader } from "../../server/forwarded/read-forwarded.ts";
import {
  HeaderNames,
  readHeaders,
  RequestHeaders,
} from "../../server/forwarded/request-headers.ts";

/** A family that doorward does not have: some rewriting proxies send the URL in parts. */
const rewritten: HeaderFamily = {
  name: "rewritten",
  required: ["x-rewrite-method", "x-rewrite-proto", "x-rewrite-host", "x-rewrite-url"],
  signs: ["x-rewrite-url", "x-rewrite-method"],
  read: (value) =>
    forwardedRequest(
      value("x-rewrite-method"),
      value("x-rewrite-proto"),
      value("x-rewrite-host"),
      value("x-rewrite-url"),
    ),
  write: ({ method, scheme, host, uri }) => ({
    "x-rewrite-method": method,
    "x-rewrite-proto": scheme,
    "x-rewrite-host": host,
    "x-rewrite-url": uri,
  }),
  malformedStatus: 400,
  isShown: true,
  storeUnreachableStatus: 503,
};
const families = [...headerFamilies, rewritten];
const readForwarded = createForwardedReader(families);
const names = new HeaderNames([
  ...families.flatMap(({ required }) => required),
  "host",
  "x-forwarded-for",
  "cookie",
]);

const request = { method: "GET", scheme: "https", host: "app.example.com", uri: "/a?b" } as const;

function read(headers: Record<string, string>, pinned?: string) {
  return readForwarded(
    new RequestHeaders(Object.entries(headers).flat(), names),
    pinned,
    undefined,
  );
}

/** The headers of every family for the same request. */
const all = Object.assign({}, ...families.map((family) => family.write(request)));

describe("a third header family", () => {
  it("is detected", () => {
    expect(read({ ...rewritten.write(request) })).toEqual({ dialect: rewritten, request });
  });

  it("can be pinned", () => {
    const other = { ...headerFamilies[0]?.write({ ...request, uri: "/other" }) };

    expect(read({ ...other, ...rewritten.write(request) }, "rewritten")).toMatchObject({ request });
  });

  it("may agree with the others", () => {
    expect(read(all)).toMatchObject({ request });
  });

  it.each(
    families.flatMap((family) =>
      (["method", "scheme", "host", "uri"] as const).map((part) => [family, part] as const),
    ),
  )("is refused if one family differs in one part ($0.name, $1)", (family, part) => {
    const differing = { method: "POST", scheme: "http", host: "x.example.com", uri: "/x" } as const;
    const odd = family.write({ ...request, [part]: differing[part] });

    expect(read({ ...all, ...odd })).toMatchObject({ isConflict: true });
    expect(read({ ...all, ...odd })).not.toHaveProperty("request");
  });

  it("is refused if it contradicts a single other family, or is incomplete next to it", () => {
    for (const family of headerFamilies) {
      const other = { ...family.write(request) };
      expect(read({ ...other, "x-rewrite-url": "/x" })).toMatchObject({ isConflict: true });
      expect(read({ ...other, "x-rewrite-url": "" })).toMatchObject({ isConflict: true });
      expect(read({ ...other, "x-rewrite-url": "/a?b" })).toMatchObject({ request });
    }
  });
});

describe("every header family of the table", () => {
  it.each(headerFamilies)("$name reads what it writes, and its headers are read", (family) => {
    const written: Readonly<Record<string, string>> = family.write(request);

    expect(family.read((name) => written[name] ?? "")).toEqual(request);
    for (const name of [...family.required, ...family.signs])
      expect(readHeaders.find(name.toUpperCase())).toBe(readHeaders.placeOf(name));
  });
});

describe("the table of header names", () => {
  it("refuses more names than its mask holds", () => {
    expect(() => new HeaderNames(Array.from({ length: 33 }, (_, at) => `x-${at}`))).toThrow(
      "33 header names",
    );
    expect(new HeaderNames(Array.from({ length: 32 }, (_, at) => `x-${at}`)).find("X-31")).toBe(31);
  });

  it("detects a repetition of its last name", () => {
    const full = new HeaderNames(Array.from({ length: 32 }, (_, at) => `x-${at}`));
    const headers = new RequestHeaders(["X-31", "a", "x-31", "b"], full);

    expect(headers.isRepeated("x-31")).toBe(true);
    expect(headers.isRepeated("x-30")).toBe(false);
  });

  it.each(["x".repeat(32), "X-Forwarded-Uri"])(
    "refuses a name that it would not find: %s",
    (name) => {
      expect(() => new HeaderNames([name])).toThrow(name);
    },
  );

  it("finds a name of the greatest length", () => {
    const name = "x".repeat(31);

    expect(new HeaderNames([name]).find(name.toUpperCase())).toBe(0);
  });
});
