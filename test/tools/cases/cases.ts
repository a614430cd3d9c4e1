import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testPolicy } from "../../../server/tools/cases/test-policy.ts";
import { configOf } from "../../peers/doorward.ts";

export const config = configOf({
  url: "https://auth.example.com",
  cookie: { domain: "example.com" },
  providers: {
    company: { type: "oidc", issuer: "https://id.example.com", clientId: "door" },
    github: { clientId: "x", clientSecret: "s" },
  },
  users: "users",
  access: { domains: ["example.com"] },
  rules: [
    { host: "app.example.com", path: "/public/**", methods: ["GET"], allow: "public" },
    { host: "grafana.example.com", allow: { groups: ["ops"] } },
    { host: "hr.example.com", allow: { claims: { department: ["hr"] } } },
    { host: "office.example.com", ip: "203.0.113.0/24", allow: "public" },
    { host: "files.example.com", basic: true, allow: "signed-in" },
    { host: "pay.example.com", maxAge: "15m" },
  ],
});

/** Writes a file into a folder of its own. */
export function write(text: string, name = "cases.yaml"): string {
  const file = join(mkdtempSync(join(tmpdir(), "doorward-cases-")), name);
  writeFileSync(file, text);
  return file;
}

const none: Parameters<typeof testPolicy>[2] = { coverage: false, proxy: undefined };

/** The lines about a file of these cases, without its folder. */
export async function tested(text: string, options = none, name = "cases.yaml", of = config) {
  const file = write(text, name);
  const { lines, isPassed } = await testPolicy(of, file, options, 0);
  return { lines: lines.map((line) => line.replaceAll(file, name)), isPassed };
}

/** The message about a file that contains no usable cases. */
export async function fault(text: string, name = "cases.yaml"): Promise<string> {
  const file = write(text, name);
  try {
    const { lines } = await testPolicy(config, file, none, 0);
    return `no fault: ${lines.join("\n")}`;
  } catch (error) {
    return error instanceof Error ? error.message.replaceAll(file, name) : String(error);
  }
}
