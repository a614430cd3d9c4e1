import type { Section } from "./setting.ts";

export const access: Section = {
  title: "Access",
  at: [
    "access",
    "access.all[]",
    "sites[].access",
    "sites[].access.all[]",
    "rules[].allow",
    "rules[].allow.all[]",
  ],
  introduction:
    "In `access`, at the top level or in an entry of `sites`, and in `allow` of a rule. One match is enough.",
  settings: {
    domains: {
      text: "Everyone with a verified email address of these domains: `example.com` is that domain only, `*.example.com` its subdomains only.",
      example: ["example.com"],
    },
    emails: {
      text: "Everyone with one of these verified email addresses.",
      example: ["ada@example.com"],
    },
    groups: {
      text: "Everyone in one of these groups, whose names are compared exactly.",
      example: ["ops"],
      page: "providers.md",
    },
    subjects: {
      text: "The identities with these subjects: the ids of accounts at the provider, or the user names of passwords.",
      example: ["248289761001"],
    },
    claims: {
      text: "In a rule only: everyone whose claims all have one of the values listed for them.",
      example: { department: ["eng", "ops"], level: 3 },
    },
    verified: {
      text: "`true`: everyone with a verified email address (with `trustEmail`, any address that counts).",
      example: true,
    },
    anyone: {
      text: "In `access` only, `true`: everyone who can sign in.",
      example: true,
    },
    all: {
      text: "A list of entries with these same keys, every one of which must match.",
      example: [{ verified: true }, { groups: ["ops"] }],
    },
  },
};
