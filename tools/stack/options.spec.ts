import { dirname, join } from 'node:path';
import { dataFolderOf, parseStartOptions } from './options.ts';

const recorded = import.meta.filename;

describe('the options of npm start', () => {
  it('are a generated market in the usual folder unless given', () => {
    const options = parseStartOptions([]);
    expect(options).toMatchObject({ replayFile: undefined, speed: undefined, withFaults: false, ports: 'default' });
    expect(dataFolderOf(options)).toBe(join(options.state, 'data'));
  });

  it('take paths from where npm was called', () => {
    process.env['INIT_CWD'] = dirname(recorded);
    try {
      const options = parseStartOptions([
        '--replay',
        'options.spec.ts',
        '--speed',
        '60',
        '--state',
        'state',
        '--fault-port',
      ]);
      expect(options).toMatchObject({ replayFile: recorded, speed: '60', withFaults: true });
      expect(dataFolderOf(options)).toBe(join(dirname(recorded), 'state', 'replay'));
    } finally {
      delete process.env['INIT_CWD'];
    }
  });

  it.each([
    [['--speed', 'fast'], '--speed must be a positive number, not "fast".'],
    [['--speed', '0'], '--speed must be a positive number, not "0".'],
    [['--seed', '-1x'], /seed/],
    [['--ports', 'some'], '--ports must be default or free, not "some".'],
    [['--replay', 'absent.jsonl.gz'], /^The file to replay, .*absent\.jsonl\.gz, does not exist\.$/],
    [['--colour', 'red'], /^Unknown option '--colour'\. Usage: npm start/],
    [['stray'], /^Unexpected argument 'stray'\. .*Usage: npm start|Usage: npm start/],
  ])('refuse %j in one sentence', (args, message) => {
    expect(() => parseStartOptions(args)).toThrow(message);
  });
});
