import { goAddress } from "./go-values.ts";
import type { Settings } from "./settings.ts";

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Where doorward listens for the proxy, and where for probes and metrics. */
export function importListeners(from: Settings): { listen?: Address; admin?: Address } {
  const listen = address(from, "http_address");
  const admin = address(from, "metrics_address");
  if (from.has("tls_cert_file") || from.has("tls_key_file"))
    from.note(
      "to do",
      "tls_cert_file",
      "doorward speaks plain HTTP to the proxy beside it, which ends TLS: give the certificate to the proxy",
    );
  if (admin !== undefined && admin.port === (listen?.port ?? 4180)) {
    from.note(
      "to do",
      "metrics_address",
      "has the port of the other listener: give admin one of its own",
    );
    return { ...(listen && { listen }) };
  }
  return { ...(listen && { listen }), ...(admin && { admin }) };
}

function address(from: Settings, option: string): Address | undefined {
  const written = from.text(option);
  if (written === undefined || written === "-") return undefined;
  const found = goAddress(written);
  if (found === undefined)
    from.note(
      "to do",
      option,
      `"${written}" is no host and port, and doorward listens on no other place: it stays at its own`,
    );
  return found;
}
