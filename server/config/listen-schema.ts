import * as v from "valibot";
import { listenHostFault, listenPortFault } from "../values/listen-address.ts";
import { checkedString, pemOrPath, port } from "../values/leaves.ts";

const host = v.optional(checkedString(listenHostFault), "127.0.0.1");

const listenPort = v.pipe(
  port,
  v.rawCheck(({ dataset, addIssue }) => {
    const message = dataset.typed ? listenPortFault(dataset.value) : undefined;
    if (message !== undefined) addIssue({ message });
  }),
);

/** The certificate may be followed by its chain. */
const certificate = v.strictObject({ cert: pemOrPath, key: pemOrPath });

/** `true` = a self-signed certificate, made at start. */
const https = v.lazy((written) =>
  written === undefined || typeof written === "object" ? certificate : v.boolean(),
);

export const listen = v.optional(
  v.strictObject({ host, port: v.optional(listenPort, 4180), https: v.optional(https) }),
  {},
);

/** Left out: no admin listener. */
export const admin = v.optional(v.strictObject({ host, port: listenPort }));
