import type { Section } from "./setting.ts";

const page = "client-authentication.md";
const keyPage = `${page}#keys`;

export const client: Section = {
  title: "Client authentication",
  at: ["providers.NAME"],
  introduction:
    "Settings of a provider that identify doorward's client. A client uses one method: a secret, a key, a token file, a certificate, or none.",
  settings: {
    clientId: {
      text: "The id of doorward's client at the provider.",
      example: "doorward",
    },
    clientSecret: {
      text: "The secret of the client.",
      example: "…",
      page,
      isSecret: true,
    },
    clientAuthentication: {
      text: "The method of client authentication.",
      example: "client_secret_post",
      unset: "chosen by the other settings and the issuer's metadata",
      page,
    },
    clientKeyFile: {
      text: "The path of a private key, in PEM or as a JWK.",
      example: "/etc/doorward/client.pem",
      page: keyPage,
    },
    clientKeyId: {
      text: "The id of the key at the issuer.",
      example: "2026-10",
      page: keyPage,
    },
    clientTeamId: {
      text: "Apple: the id of the team that the key belongs to.",
      example: "A1B2C3D4E5",
      page: "providers.md#apple",
    },
    clientAssertionAudience: {
      text: "The audience of assertions that doorward signs: the issuer, or its token endpoint.",
      example: "token_endpoint",
      unset: "`issuer`; for Login.gov `token_endpoint`",
      page: keyPage,
    },
    clientAssertionFile: {
      text: "The path of a file with a token that another process renews, such as Kubernetes or Entra workload identity.",
      example: "/var/run/secrets/tokens/doorward",
      page: `${page}#token-files`,
    },
    clientCertificateFile: {
      text: "The path of the client's certificate and its chain, in PEM, for mutual TLS.",
      example: "/etc/doorward/client.crt",
      page: `${page}#certificates`,
    },
  },
};
