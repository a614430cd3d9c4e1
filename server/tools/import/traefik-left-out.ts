import type { LeftOut } from "./notes.ts";

/** Options of traefik-forward-auth that are not imported. */
export const traefikLeftOut: readonly LeftOut[] = [
  {
    names: "secret cookie-secret",
    fate: "none",
    kind: "to do",
    message:
      "is not imported: run `doorward secret`, and put the new secret into `secret`, or into the file named by DOORWARD_SECRET_FILE",
  },
  {
    names: "cookie-name",
    fate: "none",
    kind: "different",
    message:
      "the cookie is __Host-doorward-XXXXXX, or __Secure-doorward-XXXXXX with cookie.domain: change what reads it by name",
  },
  {
    names: "csrf-cookie-name",
    fate: "always so",
    message: "is not used: each sign-in has its own cookie",
  },
  {
    names: "insecure-cookie",
    fate: "always so",
    kind: "to do",
    message: "the cookie is always Secure, except on localhost: serve the site over https",
  },
  {
    names: "cookie-secure",
    fate: "always so",
    kind: "different",
    message: "the cookie is always Secure, except on localhost",
  },
  {
    names: "log-level log-format",
    fate: "none",
    message: "is not used: doorward logs one JSON line per event to stdout",
  },
  {
    names: "user-id-path",
    fate: "none",
    kind: "to do",
    message:
      "doorward identifies visitors by their verified email address: to use another claim, set it in headers and in access",
  },
  {
    names: "config",
    fate: "carried",
    kind: "to do",
    message: "is a separate file: add it to the command line",
  },
];
