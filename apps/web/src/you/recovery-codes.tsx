import { SecretText } from '../ui/secret-text.tsx';

/** Recovery codes, shown this once. */
export function RecoveryCodes({ codes, onKept }: { codes: readonly string[]; onKept: () => void }): React.JSX.Element {
  return (
    <div className="flex flex-col gap-3">
      <p role="status" className="font-semibold">
        Keep these recovery codes where the phone is not
      </p>
      <p className="text-dim">Each signs you in once without the authenticator. They are not shown again.</p>
      <ol className="grid max-w-md grid-cols-2 gap-x-6 gap-y-1">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <SecretText label="All recovery codes" text={codes.join(' ')} />
      <button type="button" className="button button-main self-start" onClick={onKept}>
        I have kept them
      </button>
    </div>
  );
}
