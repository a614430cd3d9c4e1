import { describe, expect, it } from "vitest";
import { imported } from "./importing.ts";

describe("a file", () => {
  it.each([
    [
      "values.txt",
      "config: { clientID: door }\nextraArgs: [--allowed-group=ops]",
      "values.txt:2: --allowed-group: needs",
    ],
    ["unit", "[Service]\nExecStart=oauth2-proxy --allowed-group", "--allowed-group: has no value"],
    ["manifest", "apiVersion: v1\nkind: Kustomization", "holds options of other objects"],
    ["gate.conf", "OAUTH2_PROXY_COOKIE_EXPIRE=soon", "gate.conf:1: OAUTH2_PROXY_COOKIE_EXPIRE: "],
    [
      "notes.txt",
      "We use groups.",
      "is in none of the forms that the import reads: a compose file (services), Kubernetes",
    ],
    ["empty.env", "", "is in none of the forms"],
    ["list.yaml", "- a\n- b", "is in none of the forms"],
    ["broken.yaml", "services: [", "broken.yaml:1: cannot be read"],
  ])("%s is read by its content", (name, text, problem) => {
    const { yaml, problems } = imported(text, { name });

    expect(yaml).toBeUndefined();
    expect(problems.join("\n")).toContain(problem);
  });
});
