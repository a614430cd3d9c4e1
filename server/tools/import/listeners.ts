import { goAddress } from "./go-values.ts";
import type { Settings } from "./settings.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** The listener for the proxy, and the listener for probes and metrics. */
export function importListeners(from: Settings): { listen?: Address; admin?: Address } {
  const listen = address(from, "http_address", "listen");
  const admin = address(from, "metrics_address", "admin");
  if (from.has("tls_cert_file") || from.has("tls_key_file"))
    from.note(
      "to do",
      "tls_cert_file",
      "is not used: doorward serves plain HTTP to the proxy, which terminates TLS; configure the certificate there",
    );
  if (admin !== undefined && admin.port === (listen?.port ?? 4180)) {
    from.note(
      "to do",
      "metrics_address",
      `port ${admin.port} is also the port of http_address: set admin to another port`,
    );
    return { ...(listen && { listen }) };
  }
  return { ...(listen && { listen }), ...(admin && { admin }) };
}

function address(from: Settings, option: string, setting: string): Address | undefined {
  const written = from.text(option);
  if (written === undefined || written === "-") return undefined;
  const found = goAddress(written);
  if (found === undefined)
    from.note(
      "to do",
      option,
      `"${written}" is not host:port, and doorward cannot listen there, so its default applies: set ${setting} to change it`,
    );
  return found;
}
