import * as fc from "fast-check";
import { Browser } from "../peers/browser.ts";
import { openSignInDoor } from "../peers/sign-in-door.ts";
import { expectNone, fuzzTarget } from "./fuzz-target.ts";

const source = fc.constantFrom(
  "subject",
  "email",
  "groups",
  "name",
  "preferredUsername",
  "issuer",
  "provider",
  "accessToken",
  "Bearer idToken",
  "claims.groups",
  "claims.name",
  "claims.a",
  "claims.a.b",
  "claims.__proto__",
  "claims.constructor.name",
  "claims.a.length",
);
/** Up to a dozen headers, of names that differ in any spelling. */
const headerMap = fc
  .uniqueArray(fc.tuple(fc.stringMatching(/^[A-Za-z][A-Za-z0-9.-]{0,30}$/), source), {
    minLength: 1,
    maxLength: 12,
    selector: ([name]) => name.toLowerCase(),
  })
  .map((entries) => Object.fromEntries(entries.map(([name, from]) => [`X-${name}`, from])));

const text = fc.oneof(
  fc.string({ unit: "grapheme" }),
  fc.string({ unit: "binary" }),
  fc.constantFrom(
    "admins,root",
    "a\r\nX-Auth-Groups: admins",
    "a\0b",
    " admins",
    "admins ",
    "\u202Eadmins",
    "\uD800",
    "\x85a",
    "",
    ",",
  ),
  fc.nat({ max: 5_000 }).map((length) => "é".repeat(length)),
);
const value = fc.oneof(text, fc.array(text, { maxLength: 30 }), fc.jsonValue());
const claims = fc.record(
  {
    groups: fc.oneof({ weight: 3, arbitrary: fc.array(text, { maxLength: 200 }) }, value),
    name: value,
    preferred_username: value,
    email: value,
    email_verified: value,
    a: fc.oneof(value, fc.record({ b: value })),
  },
  { requiredKeys: [] },
);

/** A claim as an app that reads a comma-separated list would have it. */
function groupsIn(claim: unknown): unknown[] {
  return [claim].flat();
}

/** Instead of the claims that the issuer sends by default. */
const noClaims = {
  email: undefined,
  email_verified: undefined,
  name: undefined,
  preferred_username: undefined,
  groups: undefined,
};

/** Any claims of the issuer, over the wire into any identity headers. */
export const claimsTarget = fuzzTarget("claims in identity headers", claims, async (seed) => {
  const [others] = fc.sample(headerMap, { seed, numRuns: 1 });
  const configured = { "Remote-Groups": "groups", "Remote-Name": "name", ...others };
  const door = await openSignInDoor({ headers: configured, access: { anyone: true } });
  return {
    async check(one) {
      const userinfo = { ...noClaims, ...one };
      door.issuer.twist = { claims: one, userinfo };
      const browser: Browser = door.browser();
      const signedIn = await door.signIn(browser);
      if (signedIn.status !== 302) return checkPage(signedIn.status, one);
      const { status, rawHeaders } = await door.verify(browser);
      const pairs = rawHeaders.flatMap((name, index) =>
        index % 2 === 0 ? [[name, rawHeaders[index + 1] ?? ""] as const] : [],
      );
      const faults = Object.entries(configured).map(([name, from]) => {
        const values = pairs.flatMap(([sent, found]) => (sent === name ? [found] : []));
        return headerFault(from, values, one);
      });
      expectNone(
        {
          "the person is not allowed": status !== 200,
          "the headers exceed 4 KiB": pairs.flat().join("\r\n: ").length > 4_096,
          "a header contains a control character": pairs
            .flat()
            .some((part) => /\p{Cc}/u.test(Buffer.from(part, "latin1").toString("utf8"))),
          [faults.join("; ")]: faults.some((fault) => fault !== ""),
        },
        { configured, pairs },
      );
    },
    close: () => door.close(),
  };
});

function checkPage(status: number, claimsSent: unknown): void {
  expectNone(
    { "the sign-in answers no page of its own": ![400, 403, 502].includes(status) },
    { status, claimsSent },
  );
}

/** What is wrong with the values of one header; "" = nothing. */
function headerFault(
  from: string,
  values: readonly string[],
  sent: Readonly<Record<string, unknown>>,
): string {
  const [found = ""] = values;
  if (values.length !== 1) return `${from}: ${values.length} headers`;
  if (found === "") return "";
  const decoded = Buffer.from(found, "latin1").toString("utf8");
  if (from === "name" && decoded !== String(sent.name)) return `${from}: another value`;
  if (from !== "groups") return "";
  const groups = groupsIn(sent.groups);
  return decoded.split(",").every((group) => groups.includes(group))
    ? ""
    : `${from}: an invented group`;
}
