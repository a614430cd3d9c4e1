import { afterEach, describe, expect, it } from "vitest";
import { check } from "../../server/check/check.ts";
import { ConfigError } from "../../server/config/faults.ts";
import { configOf } from "../peers/doorward.ts";
import { client } from "../peers/provider-grants.ts";
import { openProviderDoor, type DoorSettings, type ProviderDoor } from "../peers/provider-door.ts";
import { startStandIn, type Member, type StandIn } from "../peers/provider-stand-in.ts";
import {
  addressOf,
  admin,
  google,
  grantServiceAccount,
  memberships,
  writeKeyFile,
} from "./stand-ins/google.ts";

const ada: Member = {
  id: "470011",
  username: "ada.l",
  name: "Ada Lovelace",
  email: "ada@example.com",
  isVerified: true,
  groups: ["ops"],
};

let doors: ProviderDoor[] = [];

async function open({
  member = ada,
  standIn = google,
  ...settings
}: DoorSettings & Partial<Parts> = {}): Promise<ProviderDoor> {
  const door = await openProviderDoor("google", standIn, member, settings);
  doors.push(door);
  return door;
}

interface Parts {
  readonly member: Member;
  readonly standIn: StandIn;
}

afterEach(async () => {
  await Promise.all(doors.map((door) => door.close()));
  doors = [];
});

/** Google with a directory whose groups are checked one by one. */
const asking: StandIn = {
  ...google,
  settings: (origin) => ({
    ...google.settings(origin),
    directory: {
      serviceAccountFile: writeKeyFile(origin),
      admin,
      groups: ["ops", "all", "guests", "gone"].map(addressOf),
    },
  }),
  others: memberships({ ops: ["ada@example.com"], all: ["ops"], guests: ["eve@partner.example"] }),
};

/** Google with a service account that has no grant. */
const withoutGrant = {
  ...google,
  otherGrant: (form: URLSearchParams) =>
    form.has("assertion") ? { status: 401, body: { error: "unauthorized_client" } } : undefined,
};

describe("a listed group of Google's directory", () => {
  it("has direct and nested members only", async () => {
    const door = await open({ standIn: asking });

    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["ops@example.com", "all@example.com"]);
  });

  it("has direct members of other domains", async () => {
    const eve = { ...ada, id: "470012", email: "eve@partner.example" };
    const door = await open({ standIn: asking, member: eve });

    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["guests@example.com"]);
  });

  it("has no members with an unverified address", async () => {
    const access = { groups: ["ops@example.com"] };
    const door = await open({ standIn: asking, member: { ...ada, isVerified: false }, access });

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([403, undefined]);
    const denied = door.doorward.events.find(({ msg }) => msg === "denied");
    expect(denied?.noGroups).toMatch(
      /without a verified email: .*email_verified there is false, not true/,
    );
  });

  it("is denied, and the log names the missing permission, if the service account has none", async () => {
    const standIn = { ...asking, otherGrant: withoutGrant.otherGrant };
    const door = await open({ standIn, access: { groups: ["ops@example.com"] } });

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([403, undefined]);
    const denied = door.doorward.events.find(({ msg }) => msg === "denied");
    expect(denied?.noGroups).toMatch(/unauthorized_client .*admin\.directory\.group/);
    expect(JSON.stringify(door.doorward.events)).not.toMatch(/PRIVATE|eyJ/);
  });
});

describe("the service account", () => {
  it("gets one token for many sign-ins, even concurrent ones", async () => {
    let grants = 0;
    const otherGrant: StandIn["otherGrant"] = (form, origin) => {
      const reply = grantServiceAccount(form, origin);
      if (reply?.status === undefined && reply !== undefined) grants++;
      return reply;
    };
    const door = await open({ standIn: { ...google, otherGrant } });

    await Promise.all([door.signIn(), door.signIn(), door.signIn()]);
    const { identity } = await door.signIn();

    expect(identity?.groups).toEqual(["ops@example.com"]);
    expect(grants).toBe(1);
  });

  it.each<[string, (origin: string) => Record<string, unknown>, RegExp]>([
    ["belongs to a user", () => ({ type: "authorized_user" }), /check type$/],
    ["has no key", () => ({ private_key: undefined }), /check private_key$/],
    [
      "has a truncated key",
      () => ({ private_key: "-----BEGIN PRIVATE KEY-----\nMIIEvQ" }),
      /not PKCS #8/,
    ],
    [
      "has the token_uri of another host",
      () => ({ token_uri: "https://oauth2.googleapis.com.evil.example/token" }),
      /token_uri that is not Google's/,
    ],
    [
      "has a token_uri without TLS",
      () => ({ token_uri: "http://oauth2.googleapis.com/token" }),
      /token_uri that is not Google's/,
    ],
  ])("stops the start if its key file %s", async (_, twist, reason) => {
    const standIn: StandIn = {
      ...google,
      settings: (origin) => ({
        ...google.settings(origin),
        directory: { serviceAccountFile: writeKeyFile(origin, twist(origin)), admin },
      }),
    };

    const failure: unknown = await open({ standIn }).catch((error: unknown) => error);

    expect(failure).toBeInstanceOf(ConfigError);
    expect(String(failure)).toMatch(/providers\.company\.directory\.serviceAccountFile/);
    expect(String(failure)).toMatch(reason);
    expect(String(failure)).not.toContain("MII");
  });

  it("stops the start if its key file does not exist", async () => {
    const directory = { serviceAccountFile: "/nowhere/key.json", admin };

    const failure: unknown = await open({ provider: { directory } }).catch((error) => error);

    expect(String(failure)).toMatch(/serviceAccountFile: .*ENOENT/);
  });
});

describe("doorward check", () => {
  it.each([
    [true, "directory of company: the service account has access"],
    [false, "directory of company: the service account .* got no token: 401 unauthorized_client"],
  ])("reports whether the service account has access: %j", async (isGranted, words) => {
    const provider = await startStandIn(isGranted ? google : withoutGrant, ada);
    const company = { type: "google", ...client, ...google.settings(provider.origin) };
    const settings = { url: "https://auth.example.com", access: { anyone: true } };

    const findings = await check(configOf({ ...settings, providers: { company } }));

    await provider.close();
    const found = findings.filter(({ text }) => new RegExp(`^${words}`).test(text));
    expect(found.map(({ level }) => level)).toEqual([isGranted ? "ok" : "fault"]);
  });
});

describe("an authorization request to Google", () => {
  it.each([
    ["", {}, "consent"],
    ["&prompt=select_account", {}, "select_account consent"],
    ["&prompt=select_account", { prompt: "none" }, "select_account"],
    ["", { prompt: "select_account" }, "select_account"],
  ])("of /start?rd=/%s with %j has the prompt %s", async (query, authorization, prompt) => {
    const door = await open({
      provider: { authorization: { ...authorization, hd: "example.com" } },
    });

    const start = await door.newBrowser().ask(`${door.site}/start?rd=/${query}`);

    const { searchParams } = new URL(String(start.headers.location));
    expect(Object.fromEntries(searchParams)).toMatchObject({
      access_type: "offline",
      hd: "example.com",
      prompt,
    });
  });

  it("with hd does not replace the access policy", async () => {
    const eve = { ...ada, email: "eve@elsewhere.example" };
    const provider = { authorization: { hd: "example.com" } };
    const door = await open({ member: eve, provider, access: { domains: ["example.com"] } });

    const { answer, identity } = await door.signIn();

    expect([answer.status, identity]).toEqual([403, undefined]);
  });
});
