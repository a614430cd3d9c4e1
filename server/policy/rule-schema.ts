import * as v from "valibot";
import { pathPatternFault } from "./path-pattern.ts";
import { ruleAccess } from "./access-schema.ts";
import { bearer } from "./bearer-schema.ts";
import { duration } from "../values/duration.ts";
import { addressRangeFault } from "../http/address-ranges.ts";
import { dnsName, oneOrMore, text, checkedString } from "../values/leaves.ts";

const ipv6 = /^\[[0-9a-f:.]+\]$/;

function hostPatternFault(written: string): string | undefined {
  const [name = "", port, ...rest] = written
    .toLowerCase()
    .replace(/^\*\./, "")
    .split(/:(?=\d*$)/);
  const isPort = port === undefined || (/^[1-9]\d{0,4}$/.test(port) && Number(port) <= 65_535);
  const isName = dnsName.test(name) || (ipv6.test(name) && URL.canParse(`http://${name}`));
  if (isName && isPort && rest.length === 0) return undefined;
  return "is no host: write app.example.com, app.example.com:8443 or *.example.com";
}

const host = v.pipe(
  checkedString(hostPatternFault),
  // An IPv6 address has many spellings, and proxies send the short one.
  v.transform((written) =>
    written.startsWith("[") ? new URL(`ftp://${written}`).host : written.toLowerCase(),
  ),
);

const method = checkedString((written) =>
  /^[A-Z][A-Z-]{0,31}$/.test(written)
    ? undefined
    : "is no method: methods are in capitals, such as GET",
);

/** OpenID Connect Core §3.1.2.1 writes several with spaces between, so one with a space could not be asked for. */
const acrValue = checkedString((written) =>
  /^\S+$/.test(written) ? undefined : "is no acr value: it is empty or holds a space",
);

/** Conditions, all of which must hold, and what follows then. */
export const rule = v.strictObject({
  host: v.optional(oneOrMore(host)),
  path: v.optional(oneOrMore(checkedString(pathPatternFault))),
  methods: v.optional(oneOrMore(method)),
  query: v.optional(oneOrMore(text)),
  ip: v.optional(oneOrMore(checkedString(addressRangeFault))),
  provider: v.optional(oneOrMore(text)),
  allow: v.optional(
    v.lazy((written) =>
      typeof written === "string" ? v.picklist(["public", "signed-in"]) : ruleAccess,
    ),
  ),
  deny: v.optional(v.literal(true)),
  maxAge: v.optional(duration),
  acr: v.optional(v.pipe(oneOrMore(acrValue), v.maxLength(10, "is longer than 10 values"))),
  preflight: v.optional(v.picklist(["allow"])),
  /** Tokens in `Authorization` stand instead of a session. */
  bearer: v.optional(bearer),
  /** Passwords of the file in `users` do. */
  basic: v.optional(v.literal(true)),
});

export type RuleConfig = v.InferOutput<typeof rule>;
