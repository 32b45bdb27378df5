/**
 * Who keeps which underlying: the live replica with the highest hash of (replica, underlying). Everyone who knows the same replicas
 * comes to the same answer, and a replica that comes or goes moves only what it gains or had.
 * Reference: D. Thaler, C. Ravishankar, "Using name-based mappings to increase hit rates", IEEE/ACM Trans. Networking 1998.
 */

/** The replica that keeps an underlying; undefined without replicas. */
export function ownerOf(underlyingKey: string, replicas: Iterable<string>): string | undefined {
  let best: string | undefined;
  let bestWeight = -1;
  for (const replica of replicas) {
    const weight = hash(`${replica}\n${underlyingKey}`);
    if (weight > bestWeight || (weight === bestWeight && best !== undefined && replica < best)) {
      best = replica;
      bestWeight = weight;
    }
  }
  return best;
}

/** FNV-1a over UTF-16 units, then the finaliser of MurmurHash3, so that names that differ in one digit spread evenly. */
function hash(text: string): number {
  let h = 0x811c9dc5;
  for (let n = 0; n < text.length; n += 1) h = Math.imul(h ^ text.charCodeAt(n), 0x01000193);
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}
