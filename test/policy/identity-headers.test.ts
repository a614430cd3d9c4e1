import { describe, expect, it } from "vitest";
import { createIdentityHeaders } from "../../server/policy/identity-headers.ts";
import { headerNameFault, headerSourceFault } from "../../server/policy/header-map.ts";
import type { ShownRecord } from "../../server/session/record.ts";
import { capturingLog } from "../peers/capturing-log.ts";

type IdentityChanges = Partial<ShownRecord["identity"]>;

function recordOf(changes: IdentityChanges, tokens: Partial<ShownRecord> = {}): ShownRecord {
  return {
    accessToken: undefined,
    idToken: undefined,
    createdAt: 0,
    expiresAt: 1,
    ...tokens,
    identity: {
      issuer: "https://id.example.com",
      subject: "s-1",
      email: undefined,
      groups: [],
      name: undefined,
      preferredUsername: undefined,
      provider: "company",
      claims: {},
      ...changes,
    },
  };
}

function headersOf(configured: Record<string, string>, record: ShownRecord | undefined) {
  const { log, events } = capturingLog();
  const flat = createIdentityHeaders(configured, log)(record);
  const pairs = Array.from({ length: flat.length / 2 }, (_, index) =>
    flat.slice(index * 2, index * 2 + 2),
  );
  return {
    headers: Object.fromEntries(pairs) as Record<string, string>,
    bytes: flat.join(": \r\n").length,
    events,
  };
}

const utf8 = (text: string) => Buffer.from(text, "utf8").toString("latin1");

describe("identity headers", () => {
  it("are always sent, empty if they have no value", () => {
    const configured = {
      "X-User": "subject",
      "X-Email": "email",
      "X-Groups": "groups",
      "X-Dept": "claims.dept",
    };

    expect(headersOf(configured, recordOf({})).headers).toEqual({
      "X-User": "s-1",
      "X-Email": "",
      "X-Groups": "",
      "X-Dept": "",
    });
    expect(headersOf(configured, undefined).headers).toEqual({
      "X-User": "",
      "X-Email": "",
      "X-Groups": "",
      "X-Dept": "",
    });
  });

  it.each([
    ["claims.department", "R&D"],
    ["claims.resource_access.grafana.roles", "admin,editor"],
    ["claims.https://example.com/roles", "a"],
    ["claims.level", "3"],
    ["claims.is_admin", "true"],
    ["claims.address", ""],
    ["claims.__proto__.polluted", ""],
    ["claims.constructor", ""],
    ["claims.department.length", ""],
    ["issuer", "https://id.example.com"],
    ["provider", "company"],
    ["accessToken", "token"],
    ["Bearer accessToken", "Bearer token"],
    ["idToken", ""],
    ["Bearer idToken", ""],
  ])("read %s from its configured source", (source, value) => {
    const claims = {
      department: "R&D",
      resource_access: { grafana: { roles: ["admin", "editor"] } },
      "https://example.com/roles": ["a"],
      level: 3,
      is_admin: true,
      address: { street: "x" },
    };

    const { headers } = headersOf(
      { "X-Value": source },
      recordOf({ claims }, { accessToken: "token" }),
    );

    expect(headers["X-Value"]).toBe(value);
  });

  it.each(["é", "日本", "🚪", "\u202Ertl", "Łódź"])("carry %s as UTF-8 bytes", (name) => {
    expect(headersOf({ "X-Name": "name" }, recordOf({ name })).headers["X-Name"]).toBe(utf8(name));
  });

  it.each(["a\r\nX-Groups: admins", "a\nb", "a\u0000b", "a\u007fb", "a\u0085b", "\u001b[31m"])(
    "drop %j, which could end the header, and log that",
    (name) => {
      const { headers, events } = headersOf({ "X-Name": "name" }, recordOf({ name }));

      expect(headers["X-Name"]).toBe("");
      expect(events).toMatchObject([{ header: "X-Name", subject: "s-1" }]);
    },
  );

  it("drop a lone surrogate, which would become the same character as any other one", () => {
    const groups = ["a\uD800", "a\uD801", "🚪", "wiki"];
    const configured = { "X-Name": "name", "X-Groups": "groups" };

    const { headers, events } = headersOf(configured, recordOf({ name: "ada\uDC00", groups }));

    expect(headers).toEqual({ "X-Name": "", "X-Groups": utf8("🚪,wiki") });
    expect(events).toHaveLength(3);
  });

  it("drop a group with a comma, which would be read as two groups", () => {
    const groups = ["staff", "ops,admins", "a\nb", "wiki"];

    const { headers, events } = headersOf({ "X-Groups": "groups" }, recordOf({ groups }));

    expect(headers["X-Groups"]).toBe("staff,wiki");
    expect(events).toHaveLength(2);
  });

  it("stay under 4 KiB by dropping groups first", () => {
    const groups = Array.from({ length: 1_000 }, (_, index) => `group-${index}`);
    const name = "n".repeat(2_000);

    const { headers, bytes, events } = headersOf(
      { "X-Groups": "groups", "X-Name": "name", "X-User": "subject" },
      recordOf({ groups, name }),
    );

    expect(bytes).toBeLessThan(3_700);
    expect(headers["X-Name"]).toBe(name);
    expect(headers["X-User"]).toBe("s-1");
    expect(headers["X-Groups"]).toMatch(/^group-0,group-1,.*group-\d+$/);
    expect(events).toMatchObject([{ header: "X-Groups" }]);
  });

  it("drop a value completely if it alone is too long", () => {
    const { headers, events } = headersOf(
      { "X-Name": "name" },
      recordOf({ name: "n".repeat(5_000) }),
    );

    expect(headers["X-Name"]).toBe("");
    expect(events).toHaveLength(1);
  });
});

describe("the space of identity headers", () => {
  /** 3,584 bytes for all, of which a name takes its length and four for the colon, the space and the line's end. */
  const left = 3_584 - ("X-One".length + 4) - ("X-Two".length + 4);
  const configured = { "X-One": "name", "X-Two": "groups" };

  it("is full at its last byte", () => {
    const fits = headersOf(configured, recordOf({ name: "n".repeat(left) }));
    const exceeds = headersOf(configured, recordOf({ name: "n".repeat(left + 1) }));

    expect(fits.headers["X-One"]).toHaveLength(left);
    expect(fits.events).toEqual([]);
    expect(exceeds.headers["X-One"]).toBe("");
    expect(exceeds.events).toMatchObject([
      {
        header: "X-One",
        subject: "s-1",
        reason: "the response headers together would exceed 4 KiB, nginx's default limit",
        msg: "identity header dropped or shortened",
      },
    ]);
  });

  it("counts bytes, with the comma between two groups", () => {
    const half = "é".repeat((left - 2) / 4);
    const groups = [half, half.slice(0, -1)];
    const rest = left - half.length * 4 + 1;
    const fits = headersOf(configured, recordOf({ groups: [...groups, "x".repeat(rest - 1)] }));
    const exceeds = headersOf(configured, recordOf({ groups: [...groups, "x".repeat(rest)] }));

    expect(fits.headers["X-Two"]).toHaveLength(left);
    expect(fits.events).toEqual([]);
    expect(exceeds.headers["X-Two"]).toBe(utf8(groups.join(",")));
    expect(exceeds.events).toHaveLength(1);
  });

  it("goes to single values before lists, whatever their order", () => {
    const order = { "X-Two": "groups", "X-One": "name" };
    const groups = ["a".repeat(100)];
    const { headers } = headersOf(order, recordOf({ name: "n".repeat(left - 99), groups }));

    expect(headers["X-One"]).toHaveLength(left - 99);
    expect(headers["X-Two"]).toBe("");
  });
});

describe("the value of an identity header", () => {
  const claims = { nothing: null, object: { a: 1 }, yes: true, zero: 0, mixed: ["a", 1, "b"] };
  const tokens = { accessToken: "at", idToken: "it" };
  const valueOf = (source: string, record = recordOf({ claims }, tokens)) =>
    headersOf({ "X-Value": source }, record);

  it.each([
    ["accessToken", "at"],
    ["Bearer accessToken", "Bearer at"],
    ["idToken", "it"],
    ["Bearer idToken", "Bearer it"],
    ["user", "s-1"],
    ["subject", "s-1"],
    ["provider", "company"],
    ["claims.yes", "true"],
    ["claims.zero", "0"],
    ["claims.nothing", ""],
    ["claims.object", ""],
    ["claims.missing", ""],
  ])("%s is %j", (source, value) => {
    expect(valueOf(source)).toMatchObject({ headers: { "X-Value": value }, events: [] });
  });

  it.each(["accessToken", "Bearer accessToken", "idToken", "Bearer idToken"])(
    "%s is empty without the token",
    (source) => {
      expect(valueOf(source, recordOf({}))).toMatchObject({
        headers: { "X-Value": "" },
        events: [],
      });
    },
  );

  it("leaves out what is not text in a list, and says so", () => {
    const { headers, events } = valueOf("claims.mixed");

    expect(headers["X-Value"]).toBe("a,b");
    expect(events).toMatchObject([{ reason: expect.stringMatching(/^an entry is not a string/) }]);
  });

  it.each([" a", "a ", "a\n", "\u00a0a", "a\ud800"])("is empty for %j, which says why", (name) => {
    const { headers, events } = valueOf("name", recordOf({ name }));

    expect(headers["X-Value"]).toBe("");
    expect(events).toMatchObject([
      {
        reason:
          "the value contains a control character or a lone surrogate, or a space at either end",
      },
    ]);
  });
});

describe("the setting headers", () => {
  it.each([
    "Host",
    "Cookie",
    "set-cookie",
    "Connection",
    "Content-Length",
    "Transfer-Encoding",
    "X-Forwarded-For",
    "x-forwarded-host",
    "X-Forwarded-Uri",
    "X-Forwarded-Anything",
    "X User",
    "X:User",
    "",
    "X\r\nY",
    "Über",
  ])("rejects the header %j and suggests another", (name) => {
    expect(headerNameFault(name)).toMatch(/: use /);
  });

  it.each([
    "Remote-User",
    "X-Auth-Request-Email",
    "Authorization",
    "X-Forwarded-User",
    "X-Forwarded-Email",
    "X-Forwarded-Groups",
    "X-Forwarded-Preferred-Username",
    "X-Forwarded-Access-Token",
  ])("accepts the header %s", (name) => {
    expect(headerNameFault(name)).toBeUndefined();
  });

  it("lists the identity headers with X-Forwarded- if it rejects another", () => {
    expect(headerNameFault("X-Forwarded-Name")).toMatch(
      / one of X-Forwarded-User, X-Forwarded-Email, .*, X-Forwarded-Access-Token$/,
    );
  });

  it.each([
    "emial",
    "claims.",
    "Bearer email",
    "Bearer claims.x",
    "bearer accessToken",
    "x Bearer accessToken",
    "",
  ])("rejects the source %j and lists the valid ones", (source) => {
    expect(headerSourceFault(source)).toMatch(/: use subject, email, .*, idToken, claims.NAME,/);
  });

  it.each(["user", "idToken", "Bearer idToken", "claims.a", "claims.Bearer x"])(
    "accepts the source %j",
    (source) => {
      expect(headerSourceFault(source)).toBeUndefined();
    },
  );
});
