import type { Server } from "../server.ts";

/** A GET request; `headers` alternates names and values. */
export interface Get {
  readonly path: string;
  readonly headers: readonly string[];
}

/** A running program that protects https://app.example.com, and how a proxy and a visitor use it. */
export interface Gatekeeper extends Server {
  /** The proxy's request, and the response if the visitor may pass. The identity header contains the email address. */
  readonly verify: {
    readonly path: string;
    readonly status: number;
    readonly identityHeader: string;
  };
  /** The request of a visitor without a session that redirects to the issuer. */
  readonly start: Get;
  /** The request to which the issuer redirects. */
  callback(redirect: URL): Get;
}

export const app = "https://app.example.com";
/** The host of the sign-in. Its cookies are valid for the app too. */
export const signInHost = "auth.example.com";
/** The proxy's headers on a request to the sign-in's host. */
export const signInHeaders = ["Host", signInHost, "X-Forwarded-Proto", "https"];

export const client = { clientId: "door", clientSecret: "a secret of the door" };
