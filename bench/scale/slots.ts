const slots = 16_384;

/** The slot of a key without a hash tag in a Redis Cluster: CRC-16/XMODEM of the key. */
export function slotOf(key: string): number {
  let crc = 0;
  for (const byte of Buffer.from(key)) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++)
      crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ 0x1021) & 0xffff;
  }
  return crc % slots;
}

/** A range of slots, both ends included. */
export interface SlotRange {
  readonly first: number;
  readonly last: number;
}

export function isIn(ranges: readonly SlotRange[], key: string): boolean {
  const slot = slotOf(key);
  return ranges.some(({ first, last }) => first <= slot && slot <= last);
}

/** The slots of the node that answers this `CLUSTER NODES`. */
export function ownSlots(clusterNodes: string): SlotRange[] {
  const own = clusterNodes.split("\n").find((line) => line.includes("myself")) ?? "";
  const words = own.split(" ").slice(8);
  return words.flatMap((word) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(word) ?? [];
    return first === undefined ? [] : [{ first: Number(first), last: Number(last) }];
  });
}
