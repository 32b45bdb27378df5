// Goal: refuse a query that would cost too much before anything of it is run.
// Method: one validation rule walks the document once per operation and adds up depth, aliases, root fields and cost; a
//   fragment is measured once and its measure reused, so that fragments that spread fragments cannot make the walk long.
// Invariants: the work is linear in the document's size; recursive fragments, which another rule refuses, end the walk.
import {
  GraphQLError,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  type ASTVisitor,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type SelectionSetNode,
  type ValidationContext,
} from 'graphql';
import { ERROR_CODES } from '@vega/contracts';

/** Bounds of one GraphQL document. */
export interface QueryLimits {
  /** Levels of nested selections, the root's fields being the first. */
  readonly depth: number;
  readonly aliases: number;
  /** Fields of the root, each of which is a question to market-feed. */
  readonly rootFields: number;
  /** Sum over fields: {@link ROOT_COST} for one of the root, 1 for another, all below a list {@link LIST_COST} times. */
  readonly cost: number;
}

/** The bounds of every query; the dearest sensible one, all of the overview, costs a third of this. */
export const QUERY_LIMITS: QueryLimits = { depth: 6, aliases: 15, rootFields: 10, cost: 5_000 };

export const ROOT_COST = 50;
export const LIST_COST = 10;

interface Measure {
  readonly depth: number;
  readonly aliases: number;
  readonly cost: number;
}

const NOTHING: Measure = { depth: 0, aliases: 0, cost: 0 };

/** A validation rule that holds documents to the limits, and to one operation each. */
export function queryLimitRule(limits: QueryLimits): (context: ValidationContext) => ASTVisitor {
  return (context) => ({
    Document(document) {
      const operations = document.definitions.filter((one) => one.kind === 'OperationDefinition');
      // What is compiled is kept by the document's text, whichever of its operations was asked for.
      if (operations.length > 1) context.reportError(tooMuch('operations', operations.length, 1));
      const walk = new Walk(context);
      for (const operation of operations) {
        const root = rootOf(context.getSchema(), operation.operation);
        if (root === undefined) continue;
        const measure = walk.measure(operation.selectionSet, root, true);
        const found = { ...measure, rootFields: walk.rootFields };
        for (const name of ['depth', 'aliases', 'rootFields', 'cost'] as const) {
          if (found[name] > limits[name]) context.reportError(tooMuch(name, found[name], limits[name]));
        }
      }
      return false;
    },
  });
}

/** Measures selections of one document. */
class Walk {
  rootFields = 0;
  private readonly fragments = new Map<string, Measure>();

  constructor(private readonly context: ValidationContext) {}

  measure(set: SelectionSetNode, parent: GraphQLCompositeType, isRoot: boolean): Measure {
    let { depth, aliases, cost } = NOTHING;
    for (const selection of set.selections) {
      let one: Measure;
      if (selection.kind === 'Field') {
        if (isRoot) this.rootFields += 1;
        const own = isRoot ? ROOT_COST : 1;
        const type = isObjectType(parent) ? parent.getFields()[selection.name.value]?.type : undefined;
        const named = type === undefined ? undefined : getNamedType(type);
        const below =
          selection.selectionSet !== undefined && isCompositeType(named)
            ? this.measure(selection.selectionSet, named, false)
            : NOTHING;
        const times = type !== undefined && isListType(getNullableType(type)) ? LIST_COST : 1;
        one = {
          depth: below.depth + 1,
          aliases: below.aliases + (selection.alias === undefined ? 0 : 1),
          cost: own + below.cost * times,
        };
      } else if (selection.kind === 'InlineFragment') {
        one = this.measure(selection.selectionSet, parent, isRoot);
      } else one = this.fragment(selection.name.value, parent, isRoot);
      depth = Math.max(depth, one.depth);
      aliases += one.aliases;
      cost += one.cost;
    }
    return { depth, aliases, cost };
  }

  private fragment(name: string, parent: GraphQLCompositeType, isRoot: boolean): Measure {
    const known = this.fragments.get(name);
    if (known !== undefined) {
      // A fragment of the root that is spread again asks everything in it again only under other aliases, which are counted.
      return known;
    }
    const definition = this.context.getFragment(name);
    if (definition === undefined || definition === null) return NOTHING;
    this.fragments.set(name, NOTHING);
    const measure = this.measure(definition.selectionSet, parent, isRoot);
    this.fragments.set(name, measure);
    return measure;
  }
}

function rootOf(schema: GraphQLSchema, operation: string): GraphQLCompositeType | undefined {
  if (operation === 'subscription') return schema.getSubscriptionType() ?? undefined;
  return (operation === 'query' ? schema.getQueryType() : schema.getMutationType()) ?? undefined;
}

function tooMuch(what: string, found: number, limit: number): GraphQLError {
  return new GraphQLError(`the query's ${what} (${found}) is more than ${limit}`, {
    extensions: {
      code: 'QUERY_TOO_COMPLEX',
      retryable: ERROR_CODES.QUERY_TOO_COMPLEX.retryable,
      context: { [what]: found, limit },
    },
  });
}
