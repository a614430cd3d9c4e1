import { X509Certificate } from "node:crypto";
import type { Config } from "../config/schema.ts";
import { reasonsOf } from "../observe/log.ts";
import { readCertificate } from "../serve/certificate.ts";
import { fault, ok, warning, type Finding } from "./finding.ts";

const soonMs = 14 * 86_400_000;

/** Whether `listen.https` can be used, and for how long. */
export function checkCertificate({ listen: { https } }: Config, now = Date.now()): Finding[] {
  if (typeof https !== "object") return [];
  try {
    const { subjectAltName, validToDate } = new X509Certificate(readCertificate(https).cert);
    const until = validToDate.toISOString().slice(0, 10);
    const name = `listen.https: the certificate of ${subjectAltName ?? "no host"}`;
    if (validToDate.getTime() <= now) return [fault(`${name} expired on ${until}: renew it`)];
    const isSoon = validToDate.getTime() <= now + soonMs;
    return [
      isSoon
        ? warning(`${name} expires on ${until}: renew it, and send SIGHUP`)
        : ok(`${name} is valid until ${until}`),
    ];
  } catch (error) {
    return [fault(reasonsOf(error))];
  }
}
