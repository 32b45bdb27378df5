import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';

const alertRule = z.strictObject({
  alert: z.string().regex(/^[A-Z][A-Za-z]+$/),
  expr: z.string().min(1),
  for: z.string().optional(),
  labels: z.strictObject({ severity: z.enum(['critical', 'warning']) }),
  annotations: z.strictObject({ summary: z.string().min(20), runbook: z.string().min(1) }),
});

const ruleFile = z.strictObject({ groups: z.array(z.strictObject({ name: z.string(), rules: z.array(alertRule) })) });

/** One alert as its file has it. */
export type AlertRule = z.output<typeof alertRule>;

/** A file of alert rules, its shape checked. */
export interface AlertFile {
  readonly file: string;
  readonly rules: readonly AlertRule[];
}

/** Reads every rule file of a folder. Throws when one has not the shape that the house wants of an alert. */
export function readAlertFiles(folder: string): readonly AlertFile[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => {
      const { groups } = ruleFile.parse(parse(readFileSync(join(folder, name), 'utf8')));
      return { file: name, rules: groups.flatMap(({ rules }) => rules) };
    });
}
