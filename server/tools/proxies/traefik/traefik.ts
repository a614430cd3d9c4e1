import type { ProxyModel } from "../model.ts";
import { dockerLabels } from "./docker-labels.ts";
import { dynamicFile } from "./dynamic-file.ts";
import { kubernetes } from "./kubernetes.ts";
import { staticFile } from "./static-file.ts";
import { tlsFile, tlsFileName } from "./tls-file.ts";

/** For Traefik v3 and v2 with files, and for v3 with Docker labels or Kubernetes resources. */
export function traefikFiles(model: ProxyModel): ReadonlyMap<string, string> {
  const files = new Map([
    ["traefik.yaml", staticFile(model.hosts)],
    ["dynamic/doorward.yaml", dynamicFile(model, "v3")],
    ["dynamic-v2/doorward.yaml", dynamicFile(model, "v2")],
    ["docker-labels.yaml", dockerLabels(model)],
    ["kubernetes.yaml", kubernetes(model)],
  ]);
  if (model.hosts.some(({ scheme }) => scheme === "https"))
    for (const folder of ["dynamic", "dynamic-v2"]) files.set(`${folder}/${tlsFileName}`, tlsFile);
  return files;
}
