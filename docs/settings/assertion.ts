import type { Section } from "./setting.ts";

export const assertion: Section = {
  title: "Assertion",
  at: ["assertion"],
  introduction:
    "Proof for apps that a request came through doorward. See [assertion.md](assertion.md).",
  settings: {
    header: {
      text: "The header that carries the assertion.",
      example: "X-App-Assertion",
    },
    key: {
      text: "One or more private keys of P-256 or Ed25519, as PEM or the path of a PEM file: the first one signs, and all are published.",
      example: "/etc/doorward/assertion.pem",
      unset: "keys that doorward makes, keeps in the store and replaces",
      page: "assertion.md#keys",
      isSecret: true,
    },
  },
};
