import { useEffect, useId, useState } from 'react';
import { callGateway } from '@vega/client';
import { adviceFor, toFailure, type ApiFailure } from '../api/failure.ts';
import { session } from './session.ts';

/** The user whom a simulated platform offers to try it with. */
interface DemoUser {
  email: string | null;
  password: string | null;
}

/** Asks who is there; calls `onSignedIn` once somebody is. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }): React.JSX.Element {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [failure, setFailure] = useState<ApiFailure>();
  const [busy, setBusy] = useState(false);
  const wantsCode = failure?.code === 'SECOND_FACTOR_REQUIRED' || code !== '';
  useEffect(() => {
    const call = { operation: 'demo', method: 'GET', path: '/api/v1/auth/demo' };
    void callGateway<DemoUser>({ baseUrl: '' }, call, {}).then(
      (demo) => {
        setEmail((typed) => typed || (demo.email ?? ''));
        setPassword((typed) => typed || (demo.password ?? ''));
      },
      () => undefined,
    );
  }, []);
  const signIn = async (): Promise<void> => {
    setBusy(true);
    try {
      await session.login(email, password, code);
      onSignedIn();
    } catch (error) {
      setFailure(toFailure(error));
      setBusy(false);
    }
  };
  return (
    <main className="flex h-full items-center justify-center p-4">
      <form
        className="flex w-full max-w-xs flex-col gap-3"
        onSubmit={(event) => {
          event.preventDefault();
          void signIn();
        }}
      >
        <h1 className="text-lg font-semibold">VEGA-TRADE</h1>
        <Entry label="E-mail" type="email" name="email" autoComplete="username" value={email} onValue={setEmail} />
        <Entry
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          value={password}
          onValue={setPassword}
        />
        {wantsCode ? (
          <Entry label="Code" type="text" name="code" autoComplete="one-time-code" value={code} onValue={setCode} />
        ) : null}
        {failure === undefined ? null : (
          <p role="alert">
            {failure.title}. {adviceFor(failure.code)}
          </p>
        )}
        <button className="button justify-center" type="submit" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}

interface EntryProps {
  label: string;
  type: string;
  name: string;
  autoComplete: string;
  value: string;
  onValue: (value: string) => void;
}

function Entry({ label, onValue, ...input }: EntryProps): React.JSX.Element {
  const id = useId();
  return (
    <div className="flex flex-col gap-1">
      <label htmlFor={id}>{label}</label>
      <input id={id} className="field" required onChange={(event) => onValue(event.target.value)} {...input} />
    </div>
  );
}
