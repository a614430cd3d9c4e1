import { isIP } from "node:net";
import { parseYAML } from "confbox";
import * as v from "valibot";
import type { Visit } from "./double.ts";
import { valueOf } from "./headers.ts";

const file = v.object({
  nginx_config: v.object({
    http: v.object({
      real_ip_header: v.optional(v.string(), "X-Real-IP"),
      real_ip_from: v.optional(v.array(v.string()), ["127.0.0.1", "unix:"]),
    }),
  }),
});

/** The client's address by the settings in `config.yaml`: from a trusted peer, the last valid one in the header. */
export function addressReader(text: string): (visit: Visit) => string {
  const { real_ip_header: header, real_ip_from: from } = v.parse(file, parseYAML(text)).nginx_config
    .http;
  return ({ address, headers }) => {
    const last = valueOf(headers, header)?.split(",").at(-1)?.trim() ?? "";
    return from.includes(address) && isIP(last) !== 0 ? last : address;
  };
}
