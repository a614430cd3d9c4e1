import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { loadConfig } from "../../server/config/load.ts";
import type { Config } from "../../server/config/schema.ts";
import { testSecret } from "../peers/doorward.ts";
import type { Resource } from "./schemas.ts";

const secretsFolder = "/run/secrets/doorward/";

const podShape = v.object({
  spec: v.object({
    template: v.object({
      spec: v.object({
        containers: v.tuple([
          v.object({
            env: v.array(v.object({ name: v.string(), value: v.string() })),
            ports: v.array(v.object({ containerPort: v.number() })),
          }),
        ]),
      }),
    }),
  }),
});

interface Pod {
  readonly config: Config;
  readonly environment: Readonly<Record<string, string>>;
  readonly ports: readonly number[];
}

/**
 * The configuration that doorward loads in the pod of the Deployment "doorward", from its ConfigMap and its variables.
 * Every file of the Secret contains a test secret.
 */
export function loadPod(resources: readonly Resource[]): Pod {
  const find = (kind: string) =>
    resources.find((one) => one.kind === kind && one.metadata.name === "doorward");
  const { data } = v.parse(
    v.object({ data: v.object({ "doorward.yaml": v.string() }) }),
    find("ConfigMap"),
  );
  const [container] = v.parse(podShape, find("Deployment")).spec.template.spec.containers;
  const folder = mkdtempSync(join(tmpdir(), "doorward-pod-"));
  try {
    const file = join(folder, "doorward.yaml");
    writeFileSync(file, data["doorward.yaml"]);
    const environment = Object.fromEntries(
      container.env.map(({ name, value }) => {
        if (!value.startsWith(secretsFolder)) return [name, value];
        const secret = join(folder, value.slice(secretsFolder.length));
        writeFileSync(secret, `${testSecret}\n`);
        return [name, secret];
      }),
    );
    return {
      config: loadConfig({ file, environment }),
      environment,
      ports: container.ports.map(({ containerPort }) => containerPort),
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
