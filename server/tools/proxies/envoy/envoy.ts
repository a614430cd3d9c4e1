import type { ProxyModel } from "../model.ts";
import { bootstrap } from "./bootstrap.ts";
import { gateway } from "./gateway.ts";
import { istio } from "./istio.ts";

/** For Envoy itself, and for Envoy Gateway and Istio in Kubernetes. */
export function envoyFiles(model: ProxyModel): ReadonlyMap<string, string> {
  return new Map([
    ["envoy.yaml", bootstrap(model)],
    ["envoy-gateway.yaml", gateway(model)],
    ["istio.yaml", istio(model)],
  ]);
}
