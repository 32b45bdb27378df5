import { SecretText } from '../ui/secret-text.tsx';

/** The address that the broker posts approved tokens to; it is told once. */
export function NotifierNotice({ path, onClose }: { path: string; onClose: () => void }): React.JSX.Element {
  return (
    <div role="status" className="m-3 flex flex-col gap-2 rounded border border-line bg-panel p-3">
      <p className="font-semibold">One more step at the broker, for approvals on the phone</p>
      <p className="text-dim">
        Enter this as the notifier URL of the app. It is shown this once: whoever knows it may post to it.
      </p>
      <SecretText label="Notifier URL" text={`${location.origin}${path}`} />
      <div>
        <button type="button" className="button" onClick={onClose}>
          I have entered it
        </button>
      </div>
    </div>
  );
}
