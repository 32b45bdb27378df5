import { DENIAL_CODE_ENTRIES } from '@vega/contracts';
import { DENIAL_CODES } from '@vega/trading';

it('the contracts list the denials of the risk module, in its order of precedence', () => {
  expect(Object.keys(DENIAL_CODE_ENTRIES)).toEqual([...DENIAL_CODES]);
});
