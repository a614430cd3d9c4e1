import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { folderOf, importsOf, ranks, root, sourceFiles } from "./source-files.ts";

/** What each box of the picture contains. Two folders of one box are drawn as one. */
const captions: Readonly<Record<string, string>> = {
  cli: "commands",
  "embed.ts": "for Node servers",
  tools: "import, proxy printers",
  check: "doorward check",
  serve: "sockets, reload, admin",
  app: "routes, sites, shared state",
  verify: "may it pass?",
  start: "begin a sign-in",
  callback: "finish a sign-in",
  "sign-out": "end a session",
  "context.ts": "what endpoints share",
  credentials: "tokens, passwords",
  session: "records, renewal, hot cache",
  "sign-in": "code flow, issuers",
  pages: "HTML for visitors",
  assertion: "signed proof for apps",
  cookies: "cookies, encryption",
  store: "files, Redis, any driver",
  config: "schema, checks, sites",
  policy: "rules, conditions, decision",
  values: "schemas of values",
  forwarded: "dialects, header families",
  identity: "identity, email, step-up",
  observe: "log, counts, metrics",
  http: "responses, addresses",
  memory: "bounded caches",
  "errors.ts": "coded errors",
  providers: "one file a provider",
};

type Graph = ReadonlyMap<string, ReadonlySet<string>>;

/** A folder within a folder has no box of its own. */
function boxOf(file: string): string {
  const [box = ""] = folderOf(file)
    .replace(/^server\//, "")
    .split("/");
  return box;
}

/** Which boxes a box imports. Without `types`, only what is loaded at run time. */
function graphOf({ types }: { readonly types: boolean }): Graph {
  const graph = new Map<string, Set<string>>(
    ranks.map((folder) => [boxOf(`${folder}/x`), new Set()]),
  );
  for (const file of ["server/context.ts", "server/errors.ts"]) graph.set(boxOf(file), new Set());
  for (const file of sourceFiles()) {
    for (const { target, isLocal, isType } of importsOf(file)) {
      const [from, to] = [boxOf(file), boxOf(target)];
      if (isLocal && from !== to && (types || !isType)) graph.get(from)?.add(to);
    }
  }
  for (const box of graph.keys()) if (captions[box] === undefined) graph.delete(box);
  return graph;
}

function reachableFrom(graph: Graph, box: string, seen = new Set<string>()): Set<string> {
  for (const next of graph.get(box) ?? []) {
    if (seen.has(next)) continue;
    seen.add(next);
    reachableFrom(graph, next, seen);
  }
  return seen;
}

/** 1 = it imports no other box. */
function heightOf(graph: Graph, box: string): number {
  return 1 + Math.max(0, ...Array.from(graph.get(box) ?? [], (next) => heightOf(graph, next)));
}

/** The arrows that no longer way stands for: A → C is left out beside A → B → C. */
function arrowsOf(graph: Graph): [string, string][] {
  return [...graph].flatMap(([from, targets]) =>
    [...targets]
      .filter((to) => ![...targets].some((other) => reachableFrom(graph, other).has(to)))
      .map((to): [string, string] => [from, to]),
  );
}

const [boxWidth, boxHeight, columnWidth, rowHeight, width] = [164, 44, 176, 76, 900] as const;

/** The folders of the code and their imports, drawn from the code itself. */
export function architectureSvg(): string {
  const graph = graphOf({ types: true });
  const top = Math.max(...Array.from(graph.keys(), (box) => heightOf(graph, box)));
  const gate = reachableFrom(graphOf({ types: false }), "verify").add("verify");
  const service = reachableFrom(graph, "serve").add("serve");
  const places = new Map<string, { x: number; y: number }>();
  // A box that only commands import is drawn right below them, out of the service's way.
  const rowOf = (box: string) =>
    service.has(box) || box === "cli" ? top - heightOf(graph, box) : 1;
  for (const [row, inRow] of Map.groupBy(graph.keys(), rowOf)) {
    for (const [index, box] of inRow.entries()) {
      const x = width / 2 + (index - (inRow.length - 1) / 2) * columnWidth;
      places.set(box, { x, y: 74 + row * rowHeight });
    }
  }
  const at = (box: string) => {
    const place = places.get(box);
    if (place === undefined)
      throw new Error(`${box} has no caption, so no box to draw an arrow to`);
    return place;
  };
  const kindOf = (box: string) => (gate.has(box) ? "gate" : service.has(box) ? "service" : "apart");
  const boxes = [...graph.keys()].map((box) => drawBox(box, at(box), kindOf(box)));
  const arrows = arrowsOf(graph).map(([from, to]) => drawArrow(at(from), at(to)));
  return page(74 + top * rowHeight, [...arrows, ...boxes]);
}

const colours = {
  gate: ["#dbe9f6", "#2f5d8a"],
  service: ["#ffffff", "#9aa4b2"],
  apart: ["#eceef1", "#c3cad4"],
} as const;

function drawBox(
  box: string,
  { x, y }: { x: number; y: number },
  kind: keyof typeof colours,
): string {
  const [fill, stroke] = colours[kind];
  return `  <g><rect x="${x - boxWidth / 2}" y="${y}" width="${boxWidth}" height="${boxHeight}" rx="8" fill="${fill}" stroke="${stroke}"/>
    <text x="${x}" y="${y + 18}" font-weight="600">${box}</text><text x="${x}" y="${y + 35}" font-size="11" fill="#5a6475">${captions[box]}</text></g>`;
}

function drawArrow(from: { x: number; y: number }, to: { x: number; y: number }): string {
  const [startY, endY] = [from.y + boxHeight, to.y - 2];
  const bend = (endY - startY) / 2;
  return `  <path d="M${from.x} ${startY}C${from.x} ${startY + bend} ${to.x} ${endY - bend} ${to.x} ${endY}"/>`;
}

function page(height: number, parts: readonly string[]): string {
  const arrows = parts.filter((part) => part.startsWith("  <path"));
  const boxes = parts.filter((part) => !part.startsWith("  <path"));
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="14" role="img" aria-labelledby="title">
  <title id="title">The folders of doorward, each above all that it imports</title>
  <defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="6" markerHeight="6" orient="auto"><path d="M0 0 10 5 0 10z" fill="#9aa4b2"/></marker></defs>
  <rect width="${width}" height="${height}" rx="12" fill="#ffffff" stroke="#dcdfe5"/>
${legend()}
  <g fill="none" stroke="#b4bcc8" stroke-width="1.1" marker-end="url(#head)">
${arrows.join("\n")}
  </g>
  <g text-anchor="middle" fill="#1d2430">
${boxes.join("\n")}
  </g>
</svg>
`;
}

function legend(): string {
  const entries = [
    ["gate", "loaded to answer /verify"],
    ["service", "the rest of the service"],
    ["apart", "commands and tools, never loaded by the service"],
  ] as const;
  const drawn = entries.map(([kind, text], index) => {
    const [fill, stroke] = colours[kind];
    const x = 40 + index * 230;
    return `  <rect x="${x}" y="22" width="18" height="18" rx="4" fill="${fill}" stroke="${stroke}"/><text x="${x + 26}" y="36" font-size="13" fill="#1d2430">${text}</text>`;
  });
  return drawn.join("\n");
}

if (import.meta.main) writeFileSync(join(root, "docs/architecture.svg"), architectureSvg());
