const grouped = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });

export function whole(value: number): string {
  return grouped.format(value);
}

export function oneDigit(value: number): string {
  return value.toFixed(1);
}

export function inSeconds(milliseconds: number): string {
  return `${oneDigit(milliseconds / 1_000)} s`;
}
