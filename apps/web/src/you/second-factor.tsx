import type { SecondFactorSetupView, UserView } from '@vega/client';
import { useState } from 'react';
import { deeds } from '../api/auth-api.ts';
import { session } from '../session/session.ts';
import { DeedForm, Entry, useDeed } from '../ui/form.tsx';
import { SecretText } from '../ui/secret-text.tsx';
import { QrCode } from './qr-code.tsx';
import { RecoveryCodes } from './recovery-codes.tsx';

interface SecondFactorProps {
  user: UserView;
  given: boolean;
  onChanged: () => Promise<void>;
}

/** Turns the second factor on and off; recovery codes are shown once, whenever there are new ones. */
export function SecondFactor({ user, given, onChanged }: SecondFactorProps): React.JSX.Element {
  const [setup, setSetup] = useState<SecondFactorSetupView>();
  const [codes, setCodes] = useState<readonly string[]>();
  if (codes !== undefined) return <RecoveryCodes codes={codes} onKept={() => setCodes(undefined)} />;
  if (setup !== undefined) {
    const onOn = async (fresh: readonly string[]): Promise<void> => {
      setSetup(undefined);
      setCodes(fresh);
      await onChanged();
    };
    return <Enrolment setup={setup} onOn={onOn} onCancel={() => setSetup(undefined)} />;
  }
  if (!user.second_factor) return <Off onBegun={setSetup} />;
  return <On user={user} given={given} onCodes={setCodes} onChanged={onChanged} />;
}

function Off({ onBegun }: { onBegun: (setup: SecondFactorSetupView) => void }): React.JSX.Element {
  const [password, setPassword] = useState('');
  const deed = useDeed();
  return (
    <DeedForm
      deed={deed}
      onSubmit={async () => onBegun(await deeds.beginSecondFactor(password))}
      className="max-w-xs"
      label="Turn the second factor on"
    >
      <p>
        It is off. With it, signing in also asks for a code of an authenticator app; orders with real money are sent
        with it only.
      </p>
      <Entry
        label="Your password"
        type="password"
        autoComplete="current-password"
        value={password}
        onValue={setPassword}
      />
      <button type="submit" className="button button-main self-start" disabled={deed.busy}>
        Turn it on
      </button>
    </DeedForm>
  );
}

interface EnrolmentProps {
  setup: SecondFactorSetupView;
  onOn: (codes: readonly string[]) => Promise<void>;
  onCancel: () => void;
}

function Enrolment({ setup, onOn, onCancel }: EnrolmentProps): React.JSX.Element {
  const [code, setCode] = useState('');
  const deed = useDeed();
  const confirm = async (): Promise<void> => {
    const { recovery_codes, session: renewed } = await deeds.confirmSecondFactor(code);
    session.renew(renewed);
    await onOn(recovery_codes);
  };
  return (
    <DeedForm deed={deed} onSubmit={confirm} label="Confirm the second factor">
      <ol className="list-decimal space-y-3 pl-5">
        <li>
          <p className="mb-2">Scan this with the authenticator app, or enter the secret by hand.</p>
          <QrCode text={setup.otpauth_uri} label="QR code for the authenticator app" />
          <div className="mt-2">
            <SecretText label="Secret for the authenticator" text={inFours(setup.secret)} />
          </div>
        </li>
        <li className="max-w-xs">
          <Entry
            label="Code that the app shows now"
            inputMode="numeric"
            autoComplete="one-time-code"
            maxLength={7}
            autoFocus
            value={code}
            onValue={setCode}
          />
        </li>
      </ol>
      <div className="flex gap-2">
        <button type="submit" className="button button-main" disabled={deed.busy}>
          Confirm
        </button>
        <button type="button" className="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </DeedForm>
  );
}

interface OnProps extends SecondFactorProps {
  onCodes: (codes: readonly string[]) => void;
}

function On({ user, given, onCodes, onChanged }: OnProps): React.JSX.Element {
  const [code, setCode] = useState('');
  const [password, setPassword] = useState('');
  const deed = useDeed();
  const use = (work: () => Promise<void>) => async (): Promise<void> => {
    await work();
    setCode('');
    setPassword('');
    await onChanged();
  };
  const giveNow = use(async () => session.renew(await deeds.verifySecondFactor(code)));
  const newCodes = use(async () => onCodes((await deeds.renewRecoveryCodes(code)).recovery_codes));
  const turnOff = use(async () => {
    await deeds.disableSecondFactor(password, code);
    // Tokens that say that it was given are void from now on.
    await session.resume();
  });
  const few = user.recovery_codes_left < 3;
  return (
    <DeedForm deed={deed} onSubmit={given ? newCodes : giveNow} className="max-w-xs" label="The second factor">
      <p>
        It is on{given ? ' and was given in this session' : ', and was not given in this session'}.{' '}
        <span className={few ? 'text-warn' : 'text-dim'}>{user.recovery_codes_left} recovery codes are left.</span>
      </p>
      <Entry
        label="Code"
        autoComplete="one-time-code"
        value={code}
        onValue={setCode}
        hint="Six digits of your authenticator, or one of your recovery codes. Each works once."
      />
      <div className="flex flex-wrap gap-2">
        {given ? null : (
          <button type="submit" className="button button-main" disabled={deed.busy}>
            Give it now
          </button>
        )}
        <button
          type={given ? 'submit' : 'button'}
          className="button"
          disabled={deed.busy || code === ''}
          {...(given ? {} : { onClick: () => deed.run(newCodes) })}
        >
          New recovery codes
        </button>
      </div>
      <details>
        <summary className="cursor-pointer py-1">Turn it off</summary>
        <div className="mt-2 flex flex-col gap-3">
          <p className="text-dim">Accounts with real money are not traded any more then.</p>
          <Entry
            label="Your password"
            type="password"
            required={false}
            autoComplete="current-password"
            value={password}
            onValue={setPassword}
          />
          <button
            type="button"
            className="button button-grave self-start"
            disabled={deed.busy || code === '' || password === ''}
            onClick={() => deed.run(turnOff)}
          >
            Turn it off
          </button>
        </div>
      </details>
    </DeedForm>
  );
}

function inFours(secret: string): string {
  return secret.match(/.{1,4}/g)?.join(' ') ?? secret;
}
