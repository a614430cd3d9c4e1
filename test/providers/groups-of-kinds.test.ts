import { describe, expect, it } from "vitest";
import type { Api } from "../../providers/api.ts";
import type { Claims } from "../../providers/claims.ts";
import type { Answers, Options } from "../../providers/provider.ts";
import { providers } from "../../providers/registry.ts";

const api: Api = async () => ({ status: 200, body: { value: [], groups: [] }, next: undefined });

/** The groups that a kind of provider reads, and what of its groups claim does not count. */
async function read(kind: string, answers: Answers, changes: Partial<Options> = {}) {
  const provider = providers.get(kind);
  if (provider === undefined) throw new Error(`no provider ${kind}`);
  const options: Options = {
    emailClaim: "email",
    groupsClaim: provider.groupsClaim ?? "groups",
    usernameClaim: "preferred_username",
    trustEmail: false,
    repositories: [],
    projects: [],
    directory: undefined,
    ...changes,
  };
  const directory = options.directory && api;
  const { groups, gaps } = await provider.identify(answers, options, api, directory);
  return [groups, gaps?.groups];
}

const roles = "urn:zitadel:iam:org:project:roles";
const email = { email: "ada@example.com", email_verified: true };

describe("a kind of provider with groups of its own form", () => {
  it.each<[string, Claims, string[]]>([
    ["zitadel", { [roles]: { admin: { 1: "acme" } } }, ["role:admin"]],
    ["cidaas", { groups: [{ groupId: "staff", roles: ["admin"] }] }, ["staff:admin"]],
    ["adfs", { group: "staff" }, ["staff"]],
    ["adfs", { groups: ["a"], group: "staff" }, ["a"]],
    ["gitlab", { groups_direct: ["acme"] }, ["acme"]],
    ["entra-id", { hasgroups: true }, []],
  ])("reads all of %s: %j", async (kind, claims, groups) => {
    expect(await read(kind, { idToken: claims, userinfo: undefined })).toEqual([groups, undefined]);
  });

  it.each<[string, Claims, string]>([
    ["zitadel", { [roles]: [{ admin: {} }] }, `${roles} in the token is a list of objects`],
    ["cidaas", { groups: [{ id: "staff" }] }, "groups in the token is a list of objects"],
    ["adfs", { group: { staff: true } }, "group in the token is an object"],
    ["gitlab", { groups_direct: [{ id: 1 }] }, "groups_direct in the token is a list of objects"],
    ["entra-id", {}, "groups is absent in the token"],
    ["google", {}, "groups is absent in the token"],
  ])("says what does not count of %s: %j", async (kind, claims, gap) => {
    expect(await read(kind, { idToken: claims, userinfo: undefined })).toEqual([
      [],
      expect.stringContaining(gap),
    ]);
  });

  it("has no gap in a claim if the groups come from a directory", async () => {
    const answers = { idToken: email, userinfo: undefined };

    expect(await read("google", answers, { directory: {} })).toEqual([[], undefined]);
  });

  it("adds the groups of userinfo with groupsFrom: both", async () => {
    const idToken = { [roles]: { admin: {} }, groups: [{ groupId: "g", roles: ["a"] }] };
    const userinfo = { [roles]: { editor: {} }, groups: [{ groupId: "g", roles: ["b"] }] };
    const answers = { idToken, userinfo };
    const both = { groupsFrom: "both" } as const;

    expect(await read("zitadel", answers, both)).toEqual([
      ["role:admin", "role:editor"],
      undefined,
    ]);
    expect(await read("cidaas", answers, both)).toEqual([["g:a", "g:b"], undefined]);
    expect(await read("zitadel", answers)).toEqual([
      ["role:admin"],
      `${roles} in userinfo does not count, because the token has it too: groupsFrom: both adds them`,
    ]);
  });

  it("names the upn of AD FS that does not count", async () => {
    const idToken = { upn: "ada@example.com" };
    const answers = { idToken, userinfo: undefined };
    const options = { groupsClaim: "groups", usernameClaim: "x", repositories: [], projects: [] };
    const person = providers
      .get("adfs")
      ?.identify(
        answers,
        { ...options, emailClaim: undefined, trustEmail: false, directory: undefined },
        api,
      );

    expect((await person)?.gaps?.email).toBe(
      "upn in the token does not count: email_verified there is absent, not true",
    );
  });
});
