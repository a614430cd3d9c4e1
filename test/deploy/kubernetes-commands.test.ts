import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as v from "valibot";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { block } from "../docs/blocks.ts";
import { doorwardFunction, runShell } from "../docs/shell.ts";
import { startKubernetesObjects, type StoredObject } from "../peers/kubernetes-objects.ts";
import { pathOf, without } from "../peers/programs.ts";
import { deployFolder } from "./example.ts";
import { resourcesOf } from "./helm.ts";

const folder = mkdtempSync(join(tmpdir(), "doorward-cluster-"));
let cluster: Awaited<ReturnType<typeof startKubernetesObjects>>;
beforeAll(async () => {
  cluster = await startKubernetesObjects();
  mkdirSync(join(folder, "deploy"));
  for (const name of ["kubernetes", "helm"])
    cpSync(join(deployFolder, name), join(folder, "deploy", name), { recursive: true });
  rmSync(join(folder, "deploy/kubernetes/README.md"));
});
afterAll(async () => {
  await cluster.close();
  rmSync(folder, { recursive: true });
});

/**
 * The real kubectl asks the stand-in of a cluster, which reads JSON and has no schemas: `create` would send Protobuf, so
 * `apply` sends what it makes. The real helm asks no cluster.
 */
function run(commands: string, input = ""): Promise<string> {
  const kubectl = pathOf("helm", "kubectl/kubectl");
  const setUp = [
    doorwardFunction,
    `ask() { "${kubectl}" --server http://127.0.0.1:${cluster.port} "$@"; }`,
    `kubectl() {`,
    `  case " $* " in`,
    `    *" create "*) ask "$@" --dry-run=client -o json | ask apply --validate=false -f -;;`,
    `    *" apply "*) ask "$@" --validate=false;;`,
    `    *) ask "$@";;`,
    `  esac`,
    `}`,
    `helm() { "${pathOf("helm")}" "$@" --dry-run=client --output json; }`,
  ].join("\n");
  const environment = {
    KUBECONFIG: "/dev/null",
    HELM_DRIVER: "memory",
    HELM_MEMORY_DRIVER_DATA: "/dev/null",
  };
  return runShell(commands, { cwd: folder, setUp, input, environment });
}

const configMap = v.object({ data: v.object({ "doorward.yaml": v.string() }) });

function stored(kind: string, name = "doorward"): StoredObject | undefined {
  return [...cluster.objects.values()].findLast(
    (one) => one.kind === kind && one.metadata.name === name,
  );
}

/** The keys of a Secret with their values. */
function secretData(): Record<string, string> {
  const data: object = Object(stored("Secret")?.data);
  return Object.fromEntries(
    Object.entries(data).map(([key, value]) => [
      key,
      Buffer.from(String(value), "base64").toString(),
    ]),
  );
}

describe.skipIf(without.has("helm"))("the commands of deploy/kubernetes/README.md", () => {
  it("create the Secret with every key that the manifests mount", async () => {
    await run(
      block("deploy/kubernetes/README.md", "sh", "kubectl create"),
      "the client's secret\n",
    );
    await run(block("deploy/kubernetes/README.md", "inline", "kubectl apply -f deploy/kubernetes"));

    const manifests = JSON.stringify([...cluster.objects.values()]);
    const mounted = Array.from(manifests.matchAll(/"key":"([\w-]+)"/g), ([, key]) => key);
    const data = secretData();
    expect(stored("Namespace")).toBeDefined();
    expect(data.secret).toMatch(/^[\w-]{43}\n$/);
    expect(data["client-secret"]).toBe("the client's secret\n");
    expect(Object.keys(data)).toEqual(expect.arrayContaining(mounted));
    expect(mounted).toContain("redis-password");
  });

  it("apply all manifests, and restart the pods", async () => {
    const kinds = [...cluster.objects.values()].map(
      ({ kind, metadata }) => `${kind} ${metadata.name}`,
    );
    const before = JSON.stringify(stored("Deployment"));
    await run(block("deploy/kubernetes/README.md", "inline", "kubectl -n doorward rollout"));

    expect(kinds.toSorted()).toEqual([
      "ConfigMap doorward",
      "Deployment doorward",
      "Namespace doorward",
      "NetworkPolicy doorward",
      "NetworkPolicy doorward-redis",
      "PodDisruptionBudget doorward",
      "Secret doorward",
      "Service doorward",
      "Service doorward-redis",
      "StatefulSet doorward-redis",
    ]);
    expect(before).not.toContain("restartedAt");
    expect(JSON.stringify(stored("Deployment"))).toContain("restartedAt");
  });

  it("print and apply the resources of a proxy, from the configuration of the manifests", async () => {
    const { data } = v.parse(configMap, stored("ConfigMap"));
    writeFileSync(join(folder, "doorward.yaml"), data["doorward.yaml"]);

    await run(block("deploy/kubernetes/README.md", "inline", "DOORWARD_SECRET_FILE"));
    await run(block("deploy/kubernetes/README.md", "inline", "kubectl apply -f proxy"));

    rmSync(join(folder, "proxy"), { recursive: true });
    const kinds = [...cluster.objects.values()].map(({ kind }) => kind);
    expect(kinds).toEqual(expect.arrayContaining(["Middleware", "IngressRoute"]));
  });
});

describe.skipIf(without.has("helm"))("the commands of deploy/helm/doorward/README.md", () => {
  beforeAll(() => cluster.objects.clear());

  it("create the Secret that the chart mounts, and install the chart with a proxy's routes", async () => {
    cpSync(join(deployFolder, "doorward.yaml"), join(folder, "doorward.yaml"));
    const example = readFileSync(
      join(deployFolder, "helm/doorward/examples/one-replica.yaml"),
      "utf8",
    );
    writeFileSync(join(folder, "values.yaml"), example.replace(/^config:\n(?: .*\n)+/m, ""));
    await run(
      block("deploy/helm/doorward/README.md", "sh", "kubectl create"),
      "the client's secret\n",
    );
    await run(block("deploy/helm/doorward/README.md", "sh", "DOORWARD_SECRET_FILE"));

    const release: { manifest: string } = JSON.parse(
      await run(block("deploy/helm/doorward/README.md", "sh", "helm upgrade")),
    );

    const resources = resourcesOf({ status: 0, stdout: release.manifest, stderr: "" });
    const kinds = resources.map(({ kind }) => kind);
    expect(secretData()).toEqual({
      secret: expect.stringMatching(/^[\w-]{43}\n$/),
      "client-secret": "the client's secret\n",
    });
    expect(kinds).toEqual(expect.arrayContaining(["Deployment", "IngressRoute"]));
    expect(JSON.stringify(resources)).toContain('"secretName":"doorward"');
  });
});

describe.skipIf(without.has("helm"))("the command of deploy/ingress-nginx/README.md", () => {
  it("applies the printed files", async () => {
    const files = ["ingress.yaml", "strip-headers.yaml"];
    for (const name of files) cpSync(join(deployFolder, "ingress-nginx", name), join(folder, name));

    await run(block("deploy/ingress-nginx/README.md", "inline", "kubectl apply"));

    expect(stored("Ingress", "app-example-com")).toBeDefined();
    expect(stored("ConfigMap", "doorward-strip-headers")).toBeDefined();
  });
});
