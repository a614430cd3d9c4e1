import { execFile, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import * as v from "valibot";
import { root } from "../../docs/source-files.ts";

/** The values of a request's header, in order, for each of several requests. */
export type Requests = readonly (readonly string[])[];

const execute = promisify(execFile);

const results = v.array(v.object({ sub: v.optional(v.string()), refused: v.optional(v.string()) }));
/** The subject, or why the request is refused. */
export type Result = v.InferOutput<typeof results>[number];

/** An app in one language: the code of the manual, and a main program that calls it. */
interface Verifier {
  readonly language: string;
  verify(code: string, requests: Requests): Promise<Result[]>;
}

const node: Verifier = {
  language: "js",
  verify: (code, requests) =>
    run(process.execPath, ["--input-type=module", "--eval", code + nodeMain], requests),
};

const nodeMain = `
import { readFileSync } from "node:fs";
const results = [];
for (const values of JSON.parse(readFileSync(0, "utf8"))) {
  const headers = values.length === 0 ? {} : { "x-doorward-assertion": values.join(", ") };
  const { sub, refused } = await identityOf({ headers }).catch((error) => ({ refused: String(error) }));
  results.push({ sub, refused });
}
process.stdout.write(JSON.stringify(results));
`;

const python: Verifier = {
  language: "python",
  verify: (code, requests) => run("/usr/bin/python3", ["-c", code + pythonMain], requests),
};

const pythonMain = `
import json, sys

results = []
for values in json.load(sys.stdin):
    environ = {"HTTP_X_DOORWARD_ASSERTION": ",".join(values)} if values else {}
    try:
        results.append({"sub": identity_of(environ)["sub"]})
    except jwt.PyJWTError as error:
        results.append({"refused": str(error)})
print(json.dumps(results))
`;

const go: Verifier = {
  language: "go",
  async verify(code, requests) {
    const folder = mkdtempSync(join(tmpdir(), "doorward-go-"));
    try {
      writeFileSync(join(folder, "go.mod"), "module app\n\ngo 1.19\n");
      writeFileSync(join(folder, "assertion.go"), code);
      writeFileSync(join(folder, "main.go"), goMain);
      await execute("go", ["build", "-o", "app", "."], { cwd: folder });
      return await run(join(folder, "app"), [], requests);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
};

const goMain = `package main

import (
	"encoding/json"
	"net/http"
	"os"
)

func main() {
	var requests [][]string
	if err := json.NewDecoder(os.Stdin).Decode(&requests); err != nil {
		panic(err)
	}
	results := []map[string]string{}
	for _, values := range requests {
		found, err := IdentityOf(&http.Request{Header: http.Header{"X-Doorward-Assertion": values}})
		if err != nil {
			results = append(results, map[string]string{"refused": err.Error()})
		} else {
			results = append(results, map[string]string{"sub": found.Subject})
		}
	}
	json.NewEncoder(os.Stdout).Encode(results)
}
`;

/** Those whose language this machine has. */
export const verifiers: readonly Verifier[] = [
  node,
  python,
  ...(spawnSync("go", ["version"]).status === 0 ? [go] : []),
];

/** The test serves the keys meanwhile. */
async function run(
  program: string,
  words: readonly string[],
  requests: Requests,
): Promise<Result[]> {
  const running = execute(program, words, { cwd: root });
  running.child.stdin?.end(JSON.stringify(requests));
  const { stdout } = await running;
  return v.parse(results, JSON.parse(stdout));
}
