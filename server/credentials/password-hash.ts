/** What one check of a password costs. */
type HashCost =
  | { readonly kind: "bcrypt"; readonly cost: number }
  | {
      readonly kind: "argon2id";
      readonly memory: number;
      readonly passes: number;
      readonly parallelism: number;
    };

/** A hash of the users file. It is plain data, so that a worker can receive it. */
export type PasswordHash =
  | (Extract<HashCost, { kind: "bcrypt" }> & { readonly written: string })
  | (Extract<HashCost, { kind: "argon2id" }> & { readonly nonce: string; readonly tag: string });

const bcryptGrammar = /^\$2[aby]\$(\d\d)\$[./A-Za-z0-9]{53}$/;
const argon2Grammar =
  /^\$argon2id\$v=19\$m=(\d{1,7}),t=(\d{1,3}),p=(\d{1,2})\$([A-Za-z0-9+/]{11,128})\$([A-Za-z0-9+/]{22,128})$/;

/** The most work that one request may cause. Each worker needs the memory once. */
const most = { bcryptCost: 15, memoryKiB: 256 * 1024, passes: 20, parallelism: 16 };

/** A hash, or its fault. The fault never contains the hash. */
export function parsePasswordHash(written: string): PasswordHash | { readonly fault: string } {
  const cost = bcryptGrammar.exec(written)?.[1];
  if (cost !== undefined) {
    return Number(cost) >= 4 && Number(cost) <= most.bcryptCost
      ? { kind: "bcrypt", cost: Number(cost), written }
      : {
          fault: `has a bcrypt cost that is not between 4 and ${most.bcryptCost}: hash the password again with htpasswd -B -C 10`,
        };
  }
  const parts = argon2Grammar.exec(written);
  return parts === null ? { fault: faultOf(written) } : parseArgon2(parts);
}

function parseArgon2(parts: readonly string[]): PasswordHash | { fault: string } {
  const [memory = 0, passes = 0, parallelism = 0] = parts.slice(1, 4).map(Number);
  const [nonce = "", tag = ""] = parts.slice(4);
  const isBounded =
    memory >= 8 * parallelism &&
    memory <= most.memoryKiB &&
    passes >= 1 &&
    passes <= most.passes &&
    parallelism >= 1 &&
    parallelism <= most.parallelism;
  if (!isBounded)
    return {
      fault: `has argon2id parameters that one request may not cost: use m up to ${most.memoryKiB}, t up to ${most.passes}, p up to ${most.parallelism}, and m at least 8 times p`,
    };
  return { kind: "argon2id", memory, passes, parallelism, nonce, tag };
}

const weak = "which is too fast to resist guessing: use bcrypt or argon2id (htpasswd -B)";

function faultOf(written: string): string {
  if (written.startsWith("$2") || written.startsWith("$argon2id$"))
    return "is incomplete or malformed: copy the whole hash, or make a new one with htpasswd -B";
  if (written.startsWith("$apr1$") || written.startsWith("$1$"))
    return `is hashed with MD5, ${weak}`;
  if (written.startsWith("{")) return `is hashed with SHA, ${weak}`;
  return "is not a bcrypt or argon2id hash: make one with htpasswd -B";
}
