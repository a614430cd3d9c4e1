import { parseYamlFile } from "../import/formats/yaml-parse.ts";
import type { YamlNode } from "../import/formats/yaml-tree.ts";
import { traefikHosts } from "./traefik-hosts.ts";
import type { WrittenHost } from "./written-host.ts";

/** The keys under which Kubernetes, Envoy, APISIX and Caddy's JSON have the hosts of visitors. */
const hostKeys: ReadonlySet<string> = new Set(["host", "hosts", "hostnames", "domains"]);

/** Keys of parts that describe the apps behind the proxy. */
const appKeys: ReadonlySet<string> = new Set([
  "destination",
  "nodes",
  "socket_address",
  "upstream",
  "upstreams",
]);

/** Hosts under those keys, and in the rules of Traefik, wherever they stand (labels, a file, an IngressRoute). */
export function yamlHosts(text: string, name: string): WrittenHost[] {
  const { roots, problems } = parseYamlFile({ name, text });
  const [problem] = problems;
  if (problem !== undefined) throw new Error(`${problem.place}: ${problem.message}`);
  return roots.flatMap((root) => hostsIn(root, false));
}

function hostsIn(node: YamlNode, isOfHosts: boolean): WrittenHost[] {
  if (node.kind === "list") return node.items.flatMap((item) => hostsIn(item, isOfHosts));
  if (node.kind === "map")
    return [...node.entries].flatMap(([key, entry]) =>
      appKeys.has(key) ? [] : hostsIn(entry.node, hostKeys.has(key)),
    );
  if (typeof node.value !== "string") return [];
  if (isOfHosts) return [{ line: node.line, written: node.value }];
  return traefikHosts(node.value).map((written) => ({ line: node.line, written }));
}
