/** A page that a browser was given. */
export interface Visited {
  readonly url: URL;
  readonly status: number;
  readonly body: string;
}

interface Cookie {
  readonly value: string;
  readonly attributes: readonly string[];
}

/** Redirects that are followed in a row at most. */
const MAX_REDIRECTS = 5;

/**
 * A browser without a screen, for hosts that are one site: keeps cookies, sends them back, follows redirects by hand and
 * shows a script no cookie that is HttpOnly. It refuses what a browser refuses of a cookie named `__Host-`.
 */
export class HttpBrowser {
  private readonly cookies = new Map<string, Cookie>();

  /** One request with the cookies there are; redirects are not followed. */
  async send(url: URL | string, init: RequestInit = {}): Promise<Response> {
    const headers = new Headers(init.headers);
    if (this.cookies.size > 0) headers.set('cookie', this.header());
    const answer = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of answer.headers.getSetCookie()) this.keep(line);
    return answer;
  }

  /** Goes to an address, or posts a form to it, and follows to where it leads. */
  async visit(url: URL | string, form?: Readonly<Record<string, string>>): Promise<Visited> {
    let at = new URL(url);
    let init: RequestInit = form === undefined ? {} : { method: 'POST', body: new URLSearchParams(form) };
    for (let hops = 0; hops <= MAX_REDIRECTS; hops += 1) {
      const answer = await this.send(at, init);
      const body = await answer.text();
      const location = answer.headers.get('location');
      if (answer.status < 300 || answer.status > 399 || location === null) {
        return { url: at, status: answer.status, body };
      }
      at = new URL(location, at);
      init = {};
    }
    throw new Error(`more than ${MAX_REDIRECTS} redirects, the last to ${at.href}`);
  }

  /** The value of a cookie; undefined when there is none. */
  cookie(name: string): string | undefined {
    return this.cookies.get(name)?.value;
  }

  /** What `document.cookie` would show. */
  shownToScripts(): readonly string[] {
    return [...this.cookies].filter(([, { attributes }]) => !attributes.includes('httponly')).map(([name]) => name);
  }

  attributesOf(name: string): readonly string[] {
    return this.cookies.get(name)?.attributes ?? [];
  }

  private header(): string {
    return [...this.cookies].map(([name, { value }]) => `${name}=${value}`).join('; ');
  }

  private keep(line: string): void {
    const [pair = '', ...rest] = line.split(';');
    const [name = '', value = ''] = pair.split('=');
    const attributes = rest.map((one) => one.trim().toLowerCase());
    const isOwnHost = ['secure', 'path=/'].every((one) => attributes.includes(one));
    if (name.startsWith('__Host-') && (!isOwnHost || attributes.some((one) => one.startsWith('domain=')))) return;
    if (attributes.includes('max-age=0')) this.cookies.delete(name);
    else this.cookies.set(name, { value, attributes });
  }
}
