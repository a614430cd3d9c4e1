/** A block or command of the documents that no test runs. */
interface NotRun {
  readonly file: string;
  readonly language: string;
  /** How its text starts. */
  readonly start: string;
  readonly reason: string;
}

const noEngine =
  "needs a container engine; test/deploy/dockerfile.test.ts compares the paths with the image";
const noCompose = "needs a container engine; test/deploy/compose.test.ts checks each compose file";
const noCluster = "needs a cluster";
const registry = "asks a package registry";
const noSystemd = "needs systemd as the first process; test/deploy/systemd.test.ts reads the unit";
const inPackage = "test/package/ installs the package that it builds, and tests it";
const inExecutable = "test/executable/ builds the executable and tests it";

export const notRun: readonly NotRun[] = [
  { file: "README.md", language: "inline", start: "docker build", reason: noEngine },
  { file: "README.md", language: "inline", start: "npm ci && npm run build", reason: inExecutable },
  { file: "README.md", language: "inline", start: "npm ci && npm pack", reason: inPackage },
  { file: "README.md", language: "inline", start: "apt install", reason: registry },
  { file: "docs/quick-start.md", language: "inline", start: "apt install", reason: registry },
  {
    file: "docs/quick-start.md",
    language: "sh",
    start: "install doorward",
    reason: "test/deploy/systemd-install.test.ts runs the same command of deploy/systemd",
  },
  {
    file: "docs/quick-start.md",
    language: "sh",
    start: "npm ci && npm run build",
    reason: inExecutable,
  },
  { file: "docs/quick-start.md", language: "sh", start: "docker build", reason: noEngine },
  { file: "docs/quick-start.md", language: "sh", start: "chown 65532", reason: noEngine },
  { file: "docs/quick-start.md", language: "inline", start: "docker restart", reason: noEngine },
  { file: "docs/embedding.md", language: "sh", start: "npm install", reason: inPackage },
  { file: "docs/embedding.md", language: "inline", start: "npm install h3", reason: registry },
  {
    file: "docs/dependencies.md",
    language: "inline",
    start: "npm install doorward",
    reason: registry,
  },
  { file: "docs/storage.md", language: "inline", start: "npm install mongodb", reason: registry },
  { file: "deploy/README.md", language: "inline", start: "docker compose up", reason: noCompose },
  { file: "deploy/container/README.md", language: "sh", start: "docker build", reason: noEngine },
  { file: "deploy/container/README.md", language: "sh", start: "docker run", reason: noEngine },
  { file: "deploy/container/README.md", language: "sh", start: "docker buildx", reason: noEngine },
  { file: "deploy/container/README.md", language: "inline", start: "docker ", reason: noEngine },
  { file: "deploy/envoy/README.md", language: "inline", start: "kubectl apply", reason: noCluster },
  {
    file: "deploy/helm/doorward/README.md",
    language: "inline",
    start: "kubectl apply",
    reason: noCluster,
  },
  {
    file: "deploy/helm/doorward/README.md",
    language: "inline",
    start: "helm rollback",
    reason: noCluster,
  },
  {
    file: "deploy/helm/doorward/README.md",
    language: "inline",
    start: "helm upgrade",
    reason: "names the command of the block above, which is run",
  },
  {
    file: "deploy/container/README.md",
    language: "inline",
    start: "chown 65532",
    reason: "needs root; test/deploy/dockerfile.test.ts compares the user with the image",
  },
  { file: "deploy/systemd/README.md", language: "inline", start: "apt install", reason: registry },
  { file: "deploy/systemd/README.md", language: "inline", start: "systemctl ", reason: noSystemd },
  { file: "deploy/systemd/README.md", language: "inline", start: "journalctl ", reason: noSystemd },
  {
    file: "deploy/systemd/README.md",
    language: "inline",
    start: "systemd-analyze ",
    reason: "needs systemd; test/deploy/systemd.test.ts runs it on the unit's file",
  },
  {
    file: "docs/migrate.md",
    language: "inline",
    start: "docker run",
    reason: "is an example of the text that the import reads",
  },
  {
    file: "docs/performance.md",
    language: "inline",
    start: "node -e 0",
    reason: "is the unit of a figure; bench/start-up.ts runs it",
  },
  { file: "docs/performance.md", language: "inline", start: "apt-get install", reason: registry },
];
