import { useEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { demo, register } from '@vega/client';
import { adviceFor, type ApiFailure } from '../api/failure.ts';
import { Entry, useDeed } from '../ui/form.tsx';
import { session } from './session.ts';

/** Nobody is signed in yet, so these calls show no token. */
const NOBODY = { baseUrl: '' };

/** Fewest characters of a password. */
const MIN_PASSWORD = 12;

type Face = 'sign-in' | 'register';

/** Asks who is there; calls `onSignedIn` once somebody is. */
export function SignIn({ onSignedIn }: { onSignedIn: () => void }): React.JSX.Element {
  const [face, setFace] = useState<Face>('sign-in');
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const touched = useRef(false);
  useEffect(() => {
    void demo(NOBODY).then(
      (offered) => {
        // Whoever is in a field already would type behind what is put there: hence now or not at all.
        if (touched.current) return;
        flushSync(() => {
          setEmail((typed) => typed || (offered.email ?? ''));
          setPassword((typed) => typed || (offered.password ?? ''));
        });
      },
      () => undefined,
    );
  }, []);
  useEffect(() => {
    document.title = face === 'register' ? 'Register · VEGA' : 'Sign in · VEGA';
  }, [face]);
  const given = { email, setEmail, password, setPassword };
  const turn = (next: Face): void => {
    setPassword('');
    if (next === 'register') setEmail('');
    setFace(next);
  };
  return (
    <main
      className="flex h-full items-center justify-center overflow-y-auto p-4"
      onFocus={() => {
        touched.current = true;
      }}
    >
      {face === 'sign-in' ? (
        <SignInForm {...given} onSignedIn={onSignedIn} onRegister={() => turn('register')} />
      ) : (
        <RegisterForm {...given} onSignedIn={onSignedIn} onSignIn={() => turn('sign-in')} />
      )}
    </main>
  );
}

interface Given {
  email: string;
  setEmail: (email: string) => void;
  password: string;
  setPassword: (password: string) => void;
  onSignedIn: () => void;
}

function SignInForm(props: Given & { onRegister: () => void }): React.JSX.Element {
  const { email, setEmail, password, setPassword, onSignedIn, onRegister } = props;
  const [code, setCode] = useState('');
  const deed = useDeed();
  const wantsCode = deed.failure?.code === 'SECOND_FACTOR_REQUIRED' || code !== '';
  return (
    <form
      className="flex w-full max-w-xs flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        deed.run(async () => {
          await session.login(email, password, code);
          onSignedIn();
        });
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
        <Entry
          label="Code"
          type="text"
          name="code"
          autoComplete="one-time-code"
          autoFocus
          value={code}
          onValue={setCode}
          hint="Six digits of your authenticator, or one of your recovery codes."
        />
      ) : null}
      <Refusal failure={deed.failure} />
      <button className="button button-main justify-center" type="submit" disabled={deed.busy}>
        Sign in
      </button>
      <button className="button justify-center" type="button" onClick={onRegister}>
        I am new here
      </button>
    </form>
  );
}

function RegisterForm(props: Given & { onSignIn: () => void }): React.JSX.Element {
  const { email, setEmail, password, setPassword, onSignedIn, onSignIn } = props;
  const [again, setAgain] = useState('');
  const deed = useDeed();
  const differs = again !== '' && again !== password;
  return (
    <form
      className="flex w-full max-w-xs flex-col gap-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (differs) return;
        deed.run(async () => {
          await register(NOBODY, { body: { email, password } });
          // Whether the address was new is not told; whoever knows its password is in.
          await session.login(email, password);
          onSignedIn();
        });
      }}
    >
      <h1 className="text-lg font-semibold">Register</h1>
      <Entry label="E-mail" type="email" name="email" autoComplete="username" value={email} onValue={setEmail} />
      <Entry
        label="Password"
        type="password"
        name="password"
        autoComplete="new-password"
        minLength={MIN_PASSWORD}
        value={password}
        onValue={setPassword}
        hint={`At least ${MIN_PASSWORD} characters. Several words that do not belong together are good.`}
      />
      <Entry
        label="Password again"
        type="password"
        name="password-again"
        autoComplete="new-password"
        value={again}
        onValue={setAgain}
      />
      {differs ? <p role="alert">The two passwords differ.</p> : <Refusal failure={deed.failure} />}
      <button className="button button-main justify-center" type="submit" disabled={deed.busy || differs}>
        Register
      </button>
      <button className="button justify-center" type="button" onClick={onSignIn}>
        I am registered
      </button>
    </form>
  );
}

/** What the server says of a password is worth more than general advice. */
const TOLD_BY_SERVER: ReadonlySet<string> = new Set(['PASSWORD_REFUSED', 'REGISTRATION_CLOSED', 'BAD_REQUEST']);

function Refusal({ failure }: { failure: ApiFailure | undefined }): React.JSX.Element | null {
  if (failure === undefined) return null;
  return (
    <p role="alert">
      {failure.title}. {TOLD_BY_SERVER.has(failure.code) ? `${failure.detail}.` : adviceFor(failure.code)}
    </p>
  );
}
