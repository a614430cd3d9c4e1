import { createPublicKey, verify } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { issuerKey } from "../../peers/jwt.ts";
import type { Asked, Member, Reply, StandIn } from "../../peers/provider-stand-in.ts";
import { discovered, paidOut } from "./discovered.ts";
import { standardClaims } from "./openid.ts";

const serviceAccountEmail = "doorward@example.iam.gserviceaccount.com";
export const admin = "admin@example.com";
const scope = "https://www.googleapis.com/auth/admin.directory.group.readonly";

/** Google, with the Admin SDK's directory of a Workspace: every group is in example.com. */
export const google: StandIn = {
  settings: (origin) => ({
    issuer: origin,
    endpoints: { api: origin, token: `${origin}/token` },
    directory: { serviceAccountFile: writeKeyFile(origin), admin },
  }),
  ...discovered({
    issuer: "",
    authorization: "/o/oauth2/v2/auth",
    token: "/token",
    keys: "/oauth2/v3/certs",
    userinfo: "/v1/userinfo",
  }),
  tokens: (issued) => paidOut(issued, "", standardClaims(issued.member)),
  otherGrant: grantServiceAccount,
  api: { "/v1/userinfo": (member) => ({ body: standardClaims(member) }) },
  others: { "/admin/directory/v1/groups": (asked, member) => listGroups(asked, member) },
  groups: (names) => names.map(addressOf),
  pageSize: 200,
};

export function addressOf(group: string): string {
  return `${group}@example.com`;
}

const folder = mkdtempSync(join(tmpdir(), "doorward-service-account-"));
process.once("exit", () => rmSync(folder, { recursive: true, force: true }));

/** A key file in the format of the Google Cloud console. */
export function writeKeyFile(origin: string, twist: Record<string, unknown> = {}): string {
  const file = join(folder, `${new URL(origin).port}.json`);
  const key = {
    type: "service_account",
    project_id: "example",
    private_key_id: "one",
    private_key: issuerKey.privateKey.export({ type: "pkcs8", format: "pem" }),
    client_email: serviceAccountEmail,
    client_id: "100000000000000000000",
    auth_uri: "https://accounts.google.com/o/oauth2/auth",
    token_uri: `${origin}/token`,
    universe_domain: "googleapis.com",
    ...twist,
  };
  writeFileSync(file, JSON.stringify(key), { mode: 0o600 });
  return file;
}

const serviceToken = "ya29.service-account";

/** RFC 7523, for the one scope granted by the Workspace's administrator. */
export function grantServiceAccount(form: URLSearchParams, origin: string): Reply | undefined {
  if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return undefined;
  const [header = "", payload = "", signature = ""] = (form.get("assertion") ?? "").split(".");
  const signed = Buffer.from(`${header}.${payload}`);
  const key = createPublicKey(issuerKey.privateKey);
  const claims = JSON.parse(Buffer.from(payload, "base64url").toString());
  const isSigned = verify("sha256", signed, key, Buffer.from(signature, "base64url"));
  const isRight =
    isSigned &&
    claims.iss === serviceAccountEmail &&
    claims.sub === admin &&
    claims.aud === `${origin}/token` &&
    claims.exp - claims.iat <= 3600;
  if (!isRight) return { status: 400, body: { error: "invalid_grant" } };
  if (claims.scope !== scope) return { status: 401, body: { error: "unauthorized_client" } };
  return { body: { access_token: serviceToken, expires_in: 3599, token_type: "Bearer" } };
}

function isServiceAccount({ headers }: Asked): boolean {
  return headers.authorization === `Bearer ${serviceToken}`;
}

function listGroups(asked: Asked, { email, groups }: Member): Reply {
  const query = asked.url.searchParams;
  if (!isServiceAccount(asked)) return { status: 401, body: { error: { code: 401 } } };
  if (query.get("userKey") !== email) return { status: 404, body: { error: { code: 404 } } };
  const size = Math.min(Number(query.get("maxResults") ?? "200"), 200);
  const from = Number(query.get("pageToken") ?? "0");
  const page = groups.slice(from, from + size).map((name) => ({
    kind: "admin#directory#group",
    email: addressOf(name),
    name,
  }));
  return {
    body: {
      kind: "admin#directory#groups",
      ...(page.length > 0 && { groups: page }),
      ...(from + size < groups.length && { nextPageToken: String(from + size) }),
    },
  };
}

/**
 * Members of groups by their names: an address, or another nested group of example.com. For users of another
 * domain, `hasMember` answers 400.
 */
export function memberships(
  groups: Readonly<Record<string, readonly string[]>>,
): NonNullable<StandIn["others"]> {
  const nameOf = (group = "") => group.replace(/@example\.com$/, "");
  const holds = (name: string, address: string): boolean =>
    groups[name]?.some((one) => one === address || (!one.includes("@") && holds(one, address))) ===
    true;
  const path = "/admin/directory/v1/groups/:group";
  const look = (asked: Asked, answer: (group: string, address: string) => Reply): Reply => {
    const { group, member = "" } = asked.named;
    if (!isServiceAccount(asked)) return { status: 401, body: { error: { code: 401 } } };
    return groups[nameOf(group)] === undefined ? notFound : answer(nameOf(group), member);
  };
  return {
    [`${path}/hasMember/:member`]: (asked) =>
      look(asked, (group, address) =>
        address.endsWith("@example.com")
          ? { body: { isMember: holds(group, address) } }
          : { status: 400, body: { error: { code: 400, message: "Invalid Input: memberKey" } } },
      ),
    [`${path}/members/:member`]: (asked) =>
      look(asked, (group, email) =>
        groups[group]?.includes(email)
          ? { body: { kind: "admin#directory#member", email, role: "MEMBER", status: "ACTIVE" } }
          : notFound,
      ),
  };
}

const notFound: Reply = { status: 404, body: { error: { code: 404, message: "notFound" } } };
