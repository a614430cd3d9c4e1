import type { Section } from "./setting.ts";

export const sites: Section = {
  title: "Sites",
  at: ["sites[]"],
  introduction:
    "Each entry of `sites` is one public URL. A request belongs to the site whose cookie reaches its host.",
  settings: {
    url: {
      text: "The public URL of the site: https (http only on localhost), with or without a path.",
      example: "https://auth.example.com",
    },
    hosts: {
      text: "With `url: https://{host}/_auth` or `session.perHost`, the domains of the apps of this site.",
      example: ["example.org"],
      page: "rules.md#one-site-for-many-hosts",
    },
    cookie: {
      text: "How far the session cookie of the site reaches.",
      example: { domain: "example.com" },
    },
    providers: {
      text: "The names of the providers that the site offers.",
      example: ["company"],
      unset: "all providers",
    },
    access: {
      text: "Who has access to the hosts of the site where no rule decides.",
      example: { groups: ["partners"] },
      unset: "the top-level `access`",
    },
  },
};

export const cookie: Section = {
  title: "Cookie",
  at: ["cookie", "sites[].cookie"],
  introduction: "In `cookie`, at the top level or in an entry of `sites`.",
  settings: {
    domain: {
      text: "The domain for which one sign-in is enough, with its subdomains.",
      example: "example.com",
      unset: "only the host of `url`",
    },
  },
};
