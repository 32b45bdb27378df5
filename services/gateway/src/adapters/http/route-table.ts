/** Which methods each path takes: tells 405 from 404, which the router does not. */
export class RouteTable {
  private readonly routes: { readonly methods: readonly string[]; readonly path: RegExp }[] = [];

  /** Adds a route by its pattern, in the router's notation (`:name`, `*`). */
  add(methods: string | readonly string[], pattern: string): void {
    const source = pattern
      .split('/')
      .map((part) =>
        part.startsWith(':') ? '[^/]+' : part.replaceAll(/[.+?^${}()|[\]\\]/g, '\\$&').replace('*', '.*'),
      )
      .join('/');
    this.routes.push({ methods: typeof methods === 'string' ? [methods] : methods, path: new RegExp(`^${source}$`) });
  }

  /** The methods that the path of this address takes; none when there is no such path. */
  methodsOf(url: string): string[] {
    const query = url.indexOf('?');
    const path = query === -1 ? url : url.slice(0, query);
    return [...new Set(this.routes.filter((route) => route.path.test(path)).flatMap((route) => route.methods))].sort();
  }
}
