/** The few HTML pages of the simulator. Everything inserted is escaped. */

const STYLE = `
  :root { color-scheme: light dark; font-family: system-ui, sans-serif; line-height: 1.5; }
  body { margin: 0; display: grid; place-items: center; min-height: 100vh; }
  main { width: min(40rem, 92vw); padding: 2rem 0; }
  form { display: grid; gap: 1rem; max-width: 22rem; }
  label { display: grid; gap: .25rem; font-weight: 600; }
  select, input, button { font: inherit; padding: .6rem; border: 1px solid; border-radius: .4rem; }
  button { font-weight: 700; cursor: pointer; }
  [role="alert"] { border-left: .3rem solid #c02626; padding-left: .7rem; }
  code { overflow-wrap: anywhere; }
`;

/** Escapes text for HTML content and double-quoted attributes. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (char) => `&#${char.charCodeAt(0)};`);
}

function document(title: string, body: string): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
<style>${STYLE}</style>
</head>
<body><main>${body}</main></body>
</html>
`;
}

/** The login page: who signs in, and their PIN. */
export function loginPage(
  appName: string,
  users: readonly { userId: string; userName: string }[],
  problem: string | undefined,
): string {
  const options = users.map(
    ({ userId, userName }) => `<option value="${escapeHtml(userId)}">${escapeHtml(`${userName} (${userId})`)}</option>`,
  );
  return document(
    'Sign in - simulated broker',
    `<h1>Sign in</h1>
<p><strong>${escapeHtml(appName)}</strong> asks for access to your simulated Upstox account. No real broker is involved.</p>
${problem === undefined ? '' : `<p role="alert">${escapeHtml(problem)}</p>`}
<form method="post">
<label for="user_id">User<select id="user_id" name="user_id" required>${options.join('')}</select></label>
<label for="pin">6-digit PIN<input id="pin" name="pin" type="password" inputmode="numeric" autocomplete="current-password" pattern="[0-9]{6}" maxlength="6" required></label>
<button type="submit">Continue</button>
</form>`,
  );
}

/** A page with one message. */
export function messagePage(title: string, message: string): string {
  return document(title, `<h1>${escapeHtml(title)}</h1><p>${escapeHtml(message)}</p>`);
}

/** What a newcomer sees at `/`. */
export function homePage(facts: readonly (readonly [string, string])[]): string {
  const rows = facts.map(([name, value]) => `<dt>${escapeHtml(name)}</dt><dd>${escapeHtml(value)}</dd>`);
  return document(
    'Upstox simulator',
    `<h1>Upstox simulator</h1>
<p>This is an Upstox that runs on this machine: the same login, market data REST and v3 market feed, over a simulated
market. Nothing here reaches a broker.</p>
<dl>${rows.join('')}</dl>
<ul>
<li><a href="/sim/status">/sim/status</a>: market, connections, subscriptions</li>
<li><a href="/sim/apps">/sim/apps</a>: developer apps with their API keys, and the demo users</li>
<li><a href="/v2/market/holidays">/v2/market/holidays</a>: an endpoint that needs no token</li>
<li><a href="/market-quote/instruments/exchange/complete.json.gz">complete.json.gz</a>: the instrument master</li>
</ul>
<p>Point a client at this address in place of the API host; connect the market feed to
<code>/v3/feed/market-data-feed</code> with a bearer token.</p>`,
  );
}
