import { figuresOf, type Figures } from "./figures.ts";
import type { MeasuredProxy, ProxyReport } from "./measure-proxies.ts";
import { variants, type Variant } from "./variants.ts";

const [left, width, line, bar, space] = [230, 420, 22, 15, 14];
const proxyColor = "#9aa5b1";
const colors: Readonly<Record<Variant, string>> = {
  unprotected: proxyColor,
  bare: "#d9a441",
  doorward: "#3b7a57",
  "oauth2-proxy": "#8e5ea2",
};

interface Bar {
  readonly label: string;
  readonly figures: Figures;
  readonly color: string;
}

/** One group of bars for each proxy: the CPU time of a request, of the proxy and then of the service. */
export function plotProxies({ proxies }: ProxyReport): string {
  const groups = proxies.map(barsOf);
  const most = Math.max(1, ...groups.flat().map(({ figures }) => figures.totalMicros.highest));
  let y = 36;
  const drawn = groups.map((group) => {
    const lines = group.map((one, index) => draw(one, y + index * line, width / most));
    y += group.length * line + space;
    return lines.join("");
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${left + width + 90}" height="${y + 10}" font-family="sans-serif" font-size="13">
  <title>CPU time of a request through each proxy, in microseconds</title>
  <rect width="100%" height="100%" fill="#fff"/>
  <text x="10" y="20">CPU time of a request, in µs. Grey: the proxy itself. Color: the service that it asks. Black: all rounds.</text>${drawn.join("")}
</svg>
`;
}

function barsOf({ title, rounds }: MeasuredProxy): Bar[] {
  const unprotected = rounds.get("unprotected") ?? [];
  return variants.flatMap((variant) => {
    const own = rounds.get(variant);
    if (own === undefined) return [];
    const label = `${title}, ${variant}`;
    return [{ label, figures: figuresOf(own, unprotected), color: colors[variant] }];
  });
}

function draw({ label, figures, color }: Bar, y: number, scale: number): string {
  const { proxyMicros, serviceMicros, totalMicros } = figures;
  const x = (micros: number) => (left + micros * scale).toFixed(1);
  const [lowest, highest] = [x(totalMicros.lowest), x(totalMicros.highest)];
  const service = serviceMicros === 0 ? "" : ` + ${serviceMicros.toFixed(0)}`;
  return `
  <text x="${left - 8}" y="${y + 12}" text-anchor="end">${label}</text>
  <rect x="${left}" y="${y}" width="${(proxyMicros * scale).toFixed(1)}" height="${bar}" fill="${proxyColor}"/>
  <rect x="${x(proxyMicros)}" y="${y}" width="${(serviceMicros * scale).toFixed(1)}" height="${bar}" fill="${color}"/>
  <path d="M${lowest} ${y + bar / 2}H${highest}" stroke="#111" stroke-width="1.5"/>
  <text x="${Number(highest) + 6}" y="${y + 12}">${proxyMicros.toFixed(0)}${service}</text>`;
}
