import { SessionStatus } from '@vega/contracts';
import { istDate, istInstant, marketInstant } from '@vega/kernel';
import { seedCalendar, withBeyondCoverage } from '@vega/rulebook';
import { SessionBoard } from './session-board.ts';

const calendar = withBeyondCoverage(seedCalendar, 'weekdays');
const at = (hour: number, minute: number) => marketInstant(istInstant(istDate('2026-08-04'), hour, minute));
const board = (): SessionBoard => new SessionBoard(() => calendar);

describe('session board', () => {
  it('takes the rulebook while the feed has said nothing, and says so', () => {
    const sessions = board();
    const changes = sessions.refresh(at(10, 0), true);
    expect(changes.map(({ segment }) => segment)).toContain('BSE_FO');
    expect(changes.every(({ source, status }) => source === 'rulebook' && status === SessionStatus.NORMAL_OPEN)).toBe(
      true,
    );
    expect(sessions.isOpen()).toBe(true);
  });

  it('takes the word of the feed over the rulebook, per segment, with the time of that word', () => {
    const sessions = board();
    sessions.announce(
      [
        ['NSE_FO', 'NORMAL_CLOSE'],
        ['MCX_FO', 'NORMAL_OPEN'],
      ],
      at(10, 0),
    );
    sessions.refresh(at(10, 1), true);
    expect(sessions.all().find(({ segment }) => segment === 'NSE_FO')).toEqual({
      segment: 'NSE_FO',
      status: SessionStatus.NORMAL_CLOSE,
      marketTimeMs: at(10, 0),
      source: 'feed',
    });
    expect(sessions.get('NSE_EQ')).toBe(SessionStatus.NORMAL_OPEN);
    expect(sessions.isOpen(['NSE_FO'])).toBe(false);
    expect(sessions.all().some(({ segment }) => segment === 'MCX_FO')).toBe(false);
  });

  it('is open by what the feed tells of, not by segments it may not carry', () => {
    const sessions = board();
    sessions.announce([['NSE_FO', 'NORMAL_CLOSE']], at(10, 0));
    sessions.refresh(at(10, 1), true);
    expect(sessions.get('BSE_FO')).toBe(SessionStatus.NORMAL_OPEN);
    expect(sessions.isOpen()).toBe(false);
    sessions.refresh(at(10, 1), false);
    expect(sessions.isOpen()).toBe(true);
  });

  it('believes REST where it opens what the feed calls closed, until the feed speaks again', () => {
    const sessions = board();
    sessions.overrule('NSE_EQ', 'NORMAL_OPEN', at(9, 15));
    expect(sessions.isOverruled()).toBe(false);
    sessions.announce(
      [
        ['NSE_EQ', 'PRE_OPEN_END'],
        ['NSE_FO', 'NORMAL_OPEN'],
      ],
      at(9, 12),
    );
    sessions.overrule('NSE_FO', 'NORMAL_CLOSE', at(9, 16));
    expect(sessions.isOverruled()).toBe(false);
    sessions.overrule('NSE_EQ', 'NORMAL_OPEN', at(9, 16));
    sessions.refresh(at(9, 16), true);
    expect(sessions.all().find(({ segment }) => segment === 'NSE_EQ')).toMatchObject({
      source: 'rest',
      status: SessionStatus.NORMAL_OPEN,
    });
    sessions.overrule('NSE_EQ', 'NORMAL_CLOSE', at(15, 31));
    sessions.refresh(at(15, 31), true);
    expect(sessions.get('NSE_EQ')).toBe(SessionStatus.NORMAL_CLOSE);
    sessions.announce([['NSE_EQ', 'NORMAL_CLOSE']], at(15, 32));
    expect(sessions.isOverruled()).toBe(false);
  });

  it('tells changes once', () => {
    const sessions = board();
    sessions.announce([['NSE_FO', 'NORMAL_OPEN']], at(10, 0));
    expect(sessions.refresh(at(10, 0), true)).not.toHaveLength(0);
    expect(sessions.refresh(at(10, 1), true)).toHaveLength(0);
    sessions.announce([['NSE_FO', 'NORMAL_OPEN']], at(10, 2));
    expect(sessions.refresh(at(10, 2), true)).toHaveLength(0);
    sessions.announce([['NSE_FO', 'NORMAL_CLOSE']], at(15, 40));
    expect(sessions.refresh(at(10, 3), true)).toMatchObject([{ segment: 'NSE_FO', marketTimeMs: at(15, 40) }]);
  });

  it('falls back to the rulebook while the feed is not heard: a market does not stay open because nobody said it closed', () => {
    const sessions = board();
    sessions.announce([['NSE_FO', 'NORMAL_OPEN']], at(10, 0));
    sessions.refresh(at(10, 0), true);
    expect(sessions.refresh(at(15, 50), false)).toContainEqual(
      expect.objectContaining({ segment: 'NSE_FO', source: 'rulebook', status: SessionStatus.NORMAL_CLOSE }),
    );
    expect(sessions.isOpen(['NSE_FO'])).toBe(false);
    expect(sessions.refresh(at(10, 0), true)).toContainEqual(
      expect.objectContaining({ segment: 'NSE_FO', source: 'feed' }),
    );
  });
});
