import { Gauge } from "./counter.ts";
import { Histogram } from "./histogram.ts";
import { labelOf } from "./series.ts";

const issuerOperations = [
  "discovery",
  "pushed_authorization",
  "token",
  "userinfo",
  "jwks",
  "introspection",
  "revocation",
  "api",
] as const;
export type IssuerOperation = (typeof issuerOperations)[number];
const storeOperations = [
  "get",
  "set",
  "replace",
  "remove",
  "claim",
  "extend",
  "release",
  "list",
  "announce",
] as const;
export type StoreOperation = (typeof storeOperations)[number];

const storeSeconds = [
  0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5,
];
const issuerSeconds = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The store and the issuers. */
export function backendCounts() {
  return {
    storeSeconds: new Histogram(
      {
        name: "doorward_store_duration_seconds",
        labels: [labelOf("operation", storeOperations), labelOf("result", ["ok", "error"])],
        help: "Time of the operations of the session store",
        use: "`error` includes timeouts. Each failed `get` is a visitor who got 503.",
      },
      storeSeconds,
    ),
    storeUp: new Gauge<[]>({
      name: "doorward_store_up",
      labels: [],
      help: "Whether the session store answered a read of this scrape (1) or not (0)",
      use: "At 0, /readyz answers 503 and only public pages pass.",
    }),
    issuerSeconds: new Histogram(
      {
        name: "doorward_issuer_duration_seconds",
        labels: [
          labelOf("provider"),
          labelOf("operation", issuerOperations),
          labelOf("result", ["ok", "refused", "error"]),
        ],
        help: "Time of the requests to issuers, with their response bodies",
        use: "`refused` is a status below 500 that is no success; `error` is any other status, or no response.",
      },
      issuerSeconds,
    ),
    issuerUp: new Gauge({
      name: "doorward_issuer_up",
      labels: [labelOf("provider")],
      help: "Whether the issuer of a provider works (1), as its last responses show, or not (0)",
      use: "At 0, no one can sign in there; existing sessions last until `grace` ends.",
    }),
    channelUp: new Gauge<[]>({
      name: "doorward_revocation_channel_up",
      labels: [],
      help: "Whether sign-outs and revocations of other replicas are known to arrive (1) or not (0)",
      use: "At 0, every request reads the store: correct, and slower.",
    }),
    channelLag: new Gauge<[]>({
      name: "doorward_revocation_channel_lag_seconds",
      labels: [],
      help: "Age of the newest message of the revocation channel when it arrived, or the time without one",
      use: "How long another replica still accepts a session after its end.",
    }),
  };
}
