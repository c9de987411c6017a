/** A node of the syntax tree (ESTree with TypeScript): its type, and whatever fields that type has. */
export type Node = { readonly type: string; readonly [field: string]: unknown };

/** Visits every node of a tree, parents first. */
export function walk(value: unknown, visit: (node: Node) => void): void {
  if (Array.isArray(value)) {
    for (const item of value) walk(item, visit);
    return;
  }
  if (typeof value !== 'object' || value === null) return;
  if (isNode(value)) visit(value);
  for (const field of Object.values(value)) walk(field, visit);
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

/** The text of a string literal, or of a template without holes; null for anything that is computed. */
export function stringOf(value: unknown): string | null {
  if (!isNode(value)) return null;
  if (value.type === 'Literal') return typeof value.value === 'string' ? value.value : null;
  if (value.type !== 'TemplateLiteral') return null;
  const quasis: unknown = value.quasis;
  if (!Array.isArray(quasis) || quasis.length !== 1) return null;
  const part: unknown = quasis[0];
  return isNode(part) ? cookedOf(part.value) : null;
}

function cookedOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !('cooked' in value)) return null;
  return typeof value.cooked === 'string' ? value.cooked : null;
}

/** `a.b.c` of a name or member expression, through parentheses and casts; `f()` for a call of `f`; else ''. */
export function calleeName(value: unknown): string {
  if (!isNode(value)) return '';
  switch (value.type) {
    case 'Identifier':
      return String(value.name);
    case 'MetaProperty':
      return 'import.meta';
    case 'CallExpression':
      return `${calleeName(value.callee).split('.').at(-1) ?? ''}()`;
    case 'MemberExpression': {
      const property = value.computed === true ? stringOf(value.property) : calleeName(value.property);
      return `${calleeName(value.object)}.${property ?? ''}`;
    }
    case 'ParenthesizedExpression':
    case 'ChainExpression':
    case 'TSAsExpression':
    case 'TSNonNullExpression':
    case 'TSSatisfiesExpression':
      return calleeName(value.expression);
    default:
      return '';
  }
}

export function argumentOf(node: Node, index: number): unknown {
  const list = node.arguments;
  return Array.isArray(list) ? list[index] : undefined;
}

/** The path in `new URL('path', import.meta.url)` (also with `.href`); null for any other expression. */
export function urlBesideFile(value: unknown): string | null {
  if (!isNode(value)) return null;
  if (value.type === 'MemberExpression' && calleeName(value).endsWith('.href')) {
    return urlBesideFile(value.object);
  }
  if (value.type !== 'NewExpression' || calleeName(value.callee) !== 'URL') return null;
  return calleeName(argumentOf(value, 1)) === 'import.meta.url' ? stringOf(argumentOf(value, 0)) : null;
}

/**
 * Names of variables that hold the result of `maker(…)`. For `URL` those alone that are made beside the file, so
 * that a computed URL stays unknown.
 */
export function namesMadeBy(program: unknown, maker: 'createRequire' | 'URL'): ReadonlySet<string> {
  const names = new Set<string>();
  walk(program, (node) => {
    if (node.type !== 'VariableDeclarator' || !isNode(node.init)) return;
    const name = calleeName(node.id);
    const made = maker === 'URL' ? urlBesideFile(node.init) !== null : calleeName(node.init) === `${maker}()`;
    if (made && name !== '') names.add(name);
  });
  return names;
}
