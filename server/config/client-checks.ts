import type { Provider } from "../../providers/provider.ts";
import type { ClientMethod, clientEntries } from "./client-schema.ts";
import type { Fault } from "./faults.ts";

const credentials = [
  "clientSecret",
  "clientCertificateFile",
  "clientKeyFile",
  "clientKeyId",
  "clientTeamId",
  "clientAssertionFile",
  "clientAssertionAudience",
] as const satisfies (keyof typeof clientEntries)[];

type Credential = (typeof credentials)[number];

/** One method of client authentication, and its settings. */
interface ClientWay {
  readonly methods: readonly ClientMethod[];
  readonly needs: readonly Credential[];
  readonly may: readonly Credential[];
  /** Its name in messages, if neither its method nor one of its settings identifies it. */
  readonly called?: string;
}

const ways = {
  secret: {
    methods: ["client_secret_basic", "client_secret_post"],
    needs: ["clientSecret"],
    may: [],
  },
  certificate: {
    methods: ["tls_client_auth", "self_signed_tls_client_auth"],
    needs: ["clientCertificateFile", "clientKeyFile"],
    may: [],
  },
  assertion: { methods: ["client_assertion"], needs: ["clientAssertionFile"], may: [] },
  key: {
    methods: ["private_key_jwt"],
    needs: ["clientKeyFile"],
    may: ["clientKeyId", "clientAssertionAudience"],
  },
  madeSecret: {
    methods: ["client_secret_post"],
    needs: ["clientKeyFile", "clientKeyId", "clientTeamId"],
    may: [],
    called: "the client secret generated from a key",
  },
  nothing: { methods: ["none"], needs: [], may: [] },
} as const satisfies Record<string, ClientWay>;

type WayName = keyof typeof ways;
type Written = Readonly<Record<string, unknown>>;
type Kind = Pick<Provider, "clientSecretFromKey">;

/** The method that a provider's settings select. Call it for checked settings only. */
export function clientWay(written: Written, provider: Kind): WayName {
  return closest(written, provider);
}

/** Missing and contradictory settings of client authentication. */
export function clientFaults(provider: Kind, written: Written, path: string): Fault[] {
  const { clientAuthentication: method } = written;
  if (method !== undefined && !candidates(method, provider).length) {
    const known = new Set(candidates(undefined, provider).flatMap((name) => ways[name].methods));
    const message = `"${String(method)}" is not supported by this provider: use one of ${[...known].join(", ")}`;
    return [{ path: `${path}.clientAuthentication`, message }];
  }
  const way: ClientWay = ways[closest(written, provider)];
  const taken = given(written).find((name) => way.needs.includes(name));
  const what = way.called ?? method ?? taken ?? way.methods[0];
  const missing = way.needs.filter((name) => written[name] === undefined);
  const idle = given(written).filter(
    (name) => !way.needs.includes(name) && !way.may.includes(name),
  );
  return [
    ...missing.map((name) => ({
      path: `${path}.${name}`,
      message: `is missing: ${String(what)} requires it`,
    })),
    ...idle.map((name) => ({
      path: `${path}.${name}`,
      message: `cannot be combined with ${String(what)}, because a client uses one authentication method: keep one of them`,
    })),
    ...plainFaults(written, way, path),
  ];
}

/** A client presents its certificate in the TLS handshake. */
function plainFaults({ issuer }: Written, way: ClientWay, path: string): Fault[] {
  if (way !== ways.certificate || typeof issuer !== "string" || !issuer.startsWith("http:"))
    return [];
  return [
    { path: `${path}.issuer`, message: "uses http, but a client certificate requires https" },
  ];
}

/** Of the ways that fit the configured method, the one that most of the given settings belong to. */
function closest(written: Written, provider: Kind): WayName {
  const fits = (name: WayName) => {
    const { needs, may }: ClientWay = ways[name];
    const ofIt = given(written).filter((one) => needs.includes(one) || may.includes(one));
    const lacking = needs.filter((one) => written[one] === undefined);
    return ofIt.length - (lacking.length > 0 ? 0.5 : 0);
  };
  const [best = "nothing"] = candidates(written.clientAuthentication, provider).toSorted(
    (one, other) => fits(other) - fits(one),
  );
  return best;
}

function candidates(method: unknown, { clientSecretFromKey }: Kind): WayName[] {
  const offered: WayName[] = clientSecretFromKey
    ? ["madeSecret", "secret"]
    : ["secret", "certificate", "assertion", "key", "nothing"];
  return offered.filter(
    (name) => method === undefined || ways[name].methods.some((one) => one === method),
  );
}

/** Whether a client has credentials for requests to its issuer. */
export function hasCredential(written: Written): boolean {
  return given(written).length > 0;
}

function given(written: Written): Credential[] {
  return credentials.filter((name) => written[name] !== undefined);
}
