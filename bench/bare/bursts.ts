import { readFileSync } from 'node:fs';

/** Messages that leave at one moment: the instrument's place and the bytes of each. */
export interface Burst {
  readonly atMs: number;
  readonly messages: readonly (readonly [instrument: number, bytes: number])[];
}

/** What a feed sent over a while, to be sent again and again. */
export interface BurstPattern {
  readonly periodMs: number;
  readonly bursts: readonly Burst[];
}

/** Bytes of a message's stamp: its burst's start in epoch microseconds. */
export const STAMP_BYTES = 8;

/** The bare path's subject of an instrument. */
export function bareSubject(instrument: number): string {
  return `bench.bare.${instrument}`;
}

export function readBursts(file: string): BurstPattern {
  return JSON.parse(readFileSync(file, 'utf8')) as BurstPattern;
}
