import { createPrivateKey, X509Certificate, type KeyObject } from "node:crypto";
import { createSecureContext } from "node:tls";
import { readPem } from "../config/read-named-file.ts";

/** In PEM. */
export interface Certificate {
  readonly cert: string;
  readonly key: string;
}

/** The certificate and key of `listen.https`. Throws an error that names the setting and the file. */
export function readCertificate(written: Certificate): Certificate {
  const [cert, key] = [read("cert", written.cert), read("key", written.key)];
  const certificate = parseCertificate(cert, placeOf("cert", written.cert));
  const keyPlace = placeOf("key", written.key);
  if (!certificate.checkPrivateKey(parseKey(key, keyPlace))) {
    throw new Error(`${keyPlace} does not belong to ${placeOf("cert", written.cert)}`);
  }
  try {
    createSecureContext({ cert, key });
  } catch (cause) {
    throw new Error("listen.https: OpenSSL rejects the certificate", { cause });
  }
  return { cert, key };
}

/** A message may contain a file's path, and never what is in it. */
function placeOf(name: string, written: string): string {
  return `listen.https.${name}${written.includes("-----BEGIN") ? "" : ` (${written})`}`;
}

function read(name: string, written: string): string {
  const found = readPem(written);
  if ("fault" in found) throw new Error(`${placeOf(name, written)} ${found.fault}`);
  return found.text;
}

function parseCertificate(text: string, place: string): X509Certificate {
  try {
    return new X509Certificate(text);
  } catch (cause) {
    throw new Error(`${place} is not a certificate in PEM`, { cause });
  }
}

function parseKey(text: string, place: string): KeyObject {
  try {
    return createPrivateKey(text);
  } catch (cause) {
    const isEncrypted = /BEGIN ENCRYPTED|Proc-Type: 4,ENCRYPTED/.test(text);
    const fault = isEncrypted
      ? "is encrypted: write a key without a passphrase"
      : "is not a private key in PEM";
    throw new Error(`${place} ${fault}`, { cause });
  }
}
