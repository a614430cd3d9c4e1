import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { isIP } from "node:net";
import { checkServerIdentity, connect } from "node:tls";

/**
 * A certificate for these hosts, written as `FILE.pem` and `FILE.key`. It is self-signed, or signed by the authority of
 * `createAuthority`.
 */
export function createCertificate(
  file: string,
  hosts: readonly string[],
  authority?: string,
): void {
  const names = hosts.map((host) => `${isIP(host) === 0 ? "DNS" : "IP"}:${host}`).join(",");
  const signer =
    authority === undefined
      ? []
      : [
          "-CA",
          `${authority}.pem`,
          "-CAkey",
          `${authority}.key`,
          "-addext",
          "basicConstraints=CA:FALSE",
        ];
  certify(file, ["-addext", `subjectAltName=${names}`, ...signer]);
}

/** A certificate authority of our own, written in the same way. */
export function createAuthority(file: string): void {
  certify(file, ["-addext", "keyUsage=critical,keyCertSign"]);
}

function certify(file: string, words: readonly string[]): void {
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  const made = `req -x509 -days 2 ${key} -subj /CN=tests`.split(" ");
  execFileSync("openssl", [...made, ...words, "-out", `${file}.pem`, "-keyout", `${file}.key`], {
    stdio: "pipe",
  });
}

/**
 * Whether a server on this loopback port completes a TLS handshake for the host with a certificate of that name. Traefik
 * has a default certificate of another name until it has read its files.
 */
export async function hasCertificate(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1", servername: host, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    return checkServerIdentity(host, socket.getPeerCertificate()) === undefined;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
