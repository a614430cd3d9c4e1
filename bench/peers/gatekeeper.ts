import { startProgram, type Program } from "./start-program.ts";
import type { Server } from "../server.ts";

/** A GET request; `headers` alternates names and values. */
export interface Get {
  readonly path: string;
  readonly headers: readonly string[];
}

/** How a proxy and a visitor use a program that protects https://app.example.com. */
export interface Requests {
  /** The proxy's request, and the response if the visitor may pass. The identity header contains the email address. */
  readonly verify: {
    readonly path: string;
    readonly status: number;
    readonly identityHeader: string;
  };
  /** The request of a visitor without a session for this URL, which redirects to the issuer. */
  readonly start: Get & { readonly url: string };
  /** The visitor's request for the URL to which the issuer redirects. */
  callback(redirect: URL): Get;
}

/** A program with its configuration that does not run yet. */
export interface PreparedGatekeeper extends Program, Requests {
  /** Removes its files. */
  remove(): Promise<void>;
}

/** A running program. */
export interface Gatekeeper extends Server, Requests {}

/** Starts it on the measured core; it can be started again after its `close`. */
export async function runGatekeeper(prepared: PreparedGatekeeper): Promise<Gatekeeper> {
  return { ...prepared, ...(await startProgram(prepared, prepared.verify.path)) };
}

/** Starts it on the measured core; `close` removes its files too. */
export async function startGatekeeper(prepared: PreparedGatekeeper): Promise<Gatekeeper> {
  const running = await runGatekeeper(prepared);
  const close = async () => {
    await running.close();
    await prepared.remove();
  };
  return { ...running, close };
}

export const appHost = "app.example.com";
/** The visitor's request. */
export const appUri = "/area-9/report?year=2026";
export const appUrl = `https://${appHost}${appUri}`;
/** The host of the sign-in. Its cookies are valid for the app too. */
export const signInHost = "auth.example.com";

/** The requests of a sign-in to a program that handles them itself, with the headers of the proxy before it. */
export function ownSignIn(startPath: string): Pick<Requests, "start" | "callback"> {
  const headers = ["Host", signInHost, "X-Forwarded-Proto", "https"];
  const path = `${startPath}?rd=${encodeURIComponent(appUrl)}`;
  return {
    start: { url: `https://${signInHost}${path}`, path, headers },
    callback: ({ pathname, search }) => ({ path: pathname + search, headers }),
  };
}

export const client = { clientId: "door", clientSecret: "a secret of the door" };

/** The claims of the person who signs in. */
export const ada = {
  email: "ada@example.com",
  email_verified: true,
  groups: ["staff", "ops"],
  name: "Ada",
  preferred_username: "ada.l",
};
