/** Words of the house rules, put together here so that this file does not break them itself. */
const word = (...parts: readonly string[]): string => parts.join('');

const CODE = /\.(ts|tsx|mjs|js)$/;
const SPEC = /\.(spec|test)\.tsx?$/;
const GENERATED = /(^|\/)(gen|generated)\/|\.gen\.|\.d\.ts$/;
const TABLE = /(^|\/)(fixtures|tables)\/|-(tables?|values|seed|data)\.ts$/;
const MOST_LINES = 400;

const BANNED_NAME = /(^|[-./])(utils?|common|helpers?|shared|manager|base)([-.](?!json)|\/|$)/;
/** `../shared` is the name of the recorded data's folder, outside this project. */
const RECORDED_DATA = /shared-data/;

interface TextRule {
  readonly what: string;
  readonly pattern: RegExp;
  readonly files: RegExp;
}

const TEXT_RULES: readonly TextRule[] = [
  {
    what: 'is marked as unfinished',
    pattern: new RegExp(`\\b(${word('TO', 'DO')}|${word('FIX', 'ME')}|${word('X', 'XX')}|${word('HA', 'CK')})\\b`),
    files: CODE,
  },
  { what: 'silences the linter', pattern: new RegExp(word('eslint', '-disable')), files: CODE },
  { what: 'silences the compiler', pattern: new RegExp(word('@ts-', '(ignore|nocheck)')), files: CODE },
  { what: 'casts to any', pattern: new RegExp(word('\\bas ', 'any\\b')), files: /\.tsx?$/ },
  {
    what: 'switches other tests off',
    pattern: new RegExp(word('\\b(it|test|describe)\\.', '(only|todo)\\b')),
    files: SPEC,
  },
  {
    what: 'sleeps instead of waiting for a condition',
    pattern: new RegExp(word('setTimeout\\(', '(resolve|resume|r|done)\\b')),
    files: SPEC,
  },
  {
    what: 'names the host of a package registry or mirror',
    pattern: new RegExp(word('registry\\.', 'npm|(deb|security|archive)\\.', '(debian|ubuntu)\\.|ports\\.ubuntu')),
    files: /./,
  },
  {
    what: 'names a path of one machine',
    pattern: new RegExp(word('(?<![\\w.-])/(', 'work|', 'root|', 'farm)/')),
    files: /./,
  },
];

/** What breaks the house rules in one file, one sentence each. `file` is relative to the project. */
export function findFaults(file: string, text: string): string[] {
  const faults: string[] = [];
  if (GENERATED.test(file)) return faults;
  if (CODE.test(file) && BANNED_NAME.test(file.replace(RECORDED_DATA, '')))
    faults.push(`${file}: a name that says nothing`);
  const lines = text.split('\n');
  const length = text.endsWith('\n') ? lines.length - 1 : lines.length;
  if (CODE.test(file) && length > MOST_LINES && !TABLE.test(file)) {
    faults.push(`${file}: ${length} lines, more than ${MOST_LINES}`);
  }
  for (const rule of TEXT_RULES) {
    if (!rule.files.test(file)) continue;
    const at = lines.findIndex((line) => rule.pattern.test(line));
    if (at >= 0) faults.push(`${file}:${at + 1}: ${rule.what}`);
  }
  return faults;
}
