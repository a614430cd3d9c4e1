import { execFileSync } from "node:child_process";
import { once } from "node:events";
import { connect } from "node:tls";

/** Writes a self-signed certificate for these hosts as `FILE.pem` and `FILE.key`. */
export function createCertificate(file: string, hosts: readonly string[]): void {
  const names = hosts.map((host) => `DNS:${host}`).join(",");
  const key = "-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes";
  const made = `req -x509 -days 2 ${key} -subj /CN=tests -addext subjectAltName=${names}`;
  execFileSync("openssl", [...made.split(" "), "-out", `${file}.pem`, "-keyout", `${file}.key`], {
    stdio: "pipe",
  });
}

/** Whether a server on this loopback port completes a TLS handshake for the host. */
export async function speaksTls(port: number, host: string): Promise<boolean> {
  const socket = connect({ port, host: "127.0.0.1", servername: host, rejectUnauthorized: false });
  try {
    await once(socket, "secureConnect");
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
