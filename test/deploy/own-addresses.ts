import { networkInterfaces } from "node:os";

/** This machine's IPv4 addresses. Envoy replaces a visitor's loopback address by another of them. */
export function ownAddresses(): string[] {
  return Object.values(networkInterfaces()).flatMap((list = []) =>
    list.filter(({ family }) => family === "IPv4").map(({ address }) => address),
  );
}
