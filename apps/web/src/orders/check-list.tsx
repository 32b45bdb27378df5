import type { RiskCheckView } from '@vega/client';
import { checkNumber } from './check-number.ts';

/** Checks in precedence order: those that failed first, then those that were asked, with their numbers. */
export function CheckList({ checks }: { checks: readonly RiskCheckView[] }): React.JSX.Element {
  const failed = checks.filter(({ passed }) => !passed);
  const passed = checks.filter(({ passed: isPassed, applied }) => isPassed && applied);
  const notAsked = checks.length - failed.length - passed.length;
  return (
    <table className="figures compact checks" data-testid="checks">
      <thead>
        <tr>
          <th scope="col">Check</th>
          <th scope="col">Result</th>
          <th scope="col">Found</th>
          <th scope="col">Allowed</th>
        </tr>
      </thead>
      <tbody>
        {[...failed, ...passed].map((check) => (
          <tr key={check.code} title={check.detail ?? ''}>
            <th scope="row">{check.code}</th>
            <td className={check.passed ? 'tone-gain' : 'tone-loss'}>{check.passed ? '✓ passed' : '✗ failed'}</td>
            <td>{checkNumber(check.value, check.unit)}</td>
            <td>{checkNumber(check.limit, check.unit)}</td>
          </tr>
        ))}
      </tbody>
      {notAsked === 0 ? null : (
        <tfoot>
          <tr>
            <td colSpan={4} className="text-dim">
              {notAsked} more had nothing to check
            </td>
          </tr>
        </tfoot>
      )}
    </table>
  );
}
