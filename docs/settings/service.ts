import type { Section } from "./setting.ts";

const sessionPage = "sessions.md#how-long-a-session-lasts";

export const session: Section = {
  title: "Session",
  at: ["session"],
  introduction: "Durations are numbers with a unit: `90s`, `15m`, `24h`, `7d`.",
  settings: {
    lifetime: {
      text: "The maximum age of a session, even if it is in use.",
      example: "12h",
      page: sessionPage,
    },
    idle: {
      text: "A session ends after this time without a request.",
      example: "2h",
      page: sessionPage,
    },
    refresh: {
      text: "How often doorward asks the issuer again for the identity and its groups.",
      example: "15m",
      page: sessionPage,
    },
    grace: {
      text: "How long a session survives while the issuer is unreachable, counted from the missed refresh.",
      example: "2h",
      unset: "the `lifetime`",
      page: sessionPage,
    },
    perHost: {
      text: "One sign-in at the one host of `url`, and a session with a cookie of its own at each host under `hosts`.",
      example: true,
      page: "session-per-host.md",
    },
    remember: {
      text: "Whether doorward keeps the address and the browser of each sign-in with the session, and lists them.",
      example: true,
      page: "who-is-signed-in.md",
    },
  },
};

export const pages: Section = {
  title: "Pages",
  at: ["pages"],
  introduction: "What visitors see of the people who run the site. See [pages.md](pages.md).",
  settings: {
    name: {
      text: "The name at the head of every page and in its title.",
      example: "Example Company",
    },
    logo: {
      text: "The path of a PNG, JPEG, GIF, WebP or SVG of at most 64 KB, or a data URL.",
      example: "/etc/doorward/logo.svg",
    },
    colour: {
      text: "The colour of buttons, with a contrast of 4.5 to white or more.",
      example: "#2f5d8a",
    },
    support: {
      text: 'An email address or an https URL, for the link "Ask for help" on every page.',
      example: "help@example.com",
    },
    footer: {
      text: "A line at the foot of every page.",
      example: "Imprint and privacy at example.com/imprint",
    },
    dir: {
      text: "The path of a folder with your own templates, style and texts.",
      example: "/etc/doorward/pages",
      page: "pages.md#your-own-templates-and-texts",
    },
  },
};

export const listeners: Section = {
  title: "Listeners",
  at: ["listen", "admin"],
  introduction:
    "In `listen` and in `admin`. doorward listens on exactly that host and port, or exits with 1.",
  settings: {
    host: {
      text: "An address or host name of this machine; `0.0.0.0` and `::` are all its addresses.",
      example: "127.0.0.1",
    },
    port: {
      text: "A port that browsers do not refuse; it is required in `admin`, and differs from that of `listen`.",
      example: 9180,
    },
    https: {
      text: "In `listen` only: `true` for a self-signed certificate on a loopback address, or the settings under [Certificate](#certificate).",
      example: true,
      unset: "plain http",
    },
  },
};

export const certificate: Section = {
  title: "Certificate",
  at: ["listen.https"],
  introduction: "In `listen.https`, instead of `true`. SIGHUP loads a renewed certificate.",
  settings: {
    cert: {
      text: "The certificate, which its chain may follow: PEM, or the path of a PEM file.",
      example: "/etc/doorward/tls.crt",
    },
    key: {
      text: "The private key of the certificate: PEM, or the path of a PEM file.",
      example: "/etc/doorward/tls.key",
    },
  },
};

export const log: Section = {
  title: "Log",
  at: ["log"],
  introduction: "[events.md](events.md) lists every event, its fields and reasons.",
  settings: {
    level: {
      text: "The lowest level of the lines that are written.",
      example: "warn",
    },
    format: {
      text: "JSON, or readable text.",
      example: "json",
      unset: "`pretty` at a terminal, otherwise `json`",
    },
    decisions: {
      text: "`denied`: every denial, without the limit of lines a minute; `all`: also every allowed and challenged request.",
      example: "denied",
    },
  },
};
