// Puts the types of the library into one file, dist/src/index.d.ts: of the declarations that the compiler makes beside
// each module, those that src/index.ts exports and those that they need. It is complete in itself, so that whoever imports
// the package needs neither its other modules nor the types of Node.js.

import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = join(root, 'build', 'src', 'index.d.ts');
const modules = new Map();
/** Declarations in the file, by name: the module that each is of. */
const taken = new Map();
const texts = [];

const exported = [];
for (const [name, { from, imported, isType }] of moduleAt(entry).exports) {
  take(from, imported);
  exported.push(`${isType ? 'type ' : ''}${name === imported ? name : `${imported} as ${name}`}`);
}
const head = '// Generated from the sources of mcsniff by scripts/declarations.js.';
const list = exported.map((name) => `  ${name},`).join('\n');
writeFileSync(join(root, 'dist', 'src', 'index.d.ts'), `${head}\n\n${texts.join('\n\n')}\n\nexport {\n${list}\n};\n`);

/** Adds a declaration of a module, and before it those that it needs. */
function take(path, name) {
  const { declarations, imports, exports } = moduleAt(path);
  const source = imports.get(name) ?? (declarations.has(name) ? undefined : exports.get(name));
  if (source !== undefined) {
    take(source.from, source.imported);
    return;
  }
  const declaration = declarations.get(name);
  if (declaration === undefined) return;
  if (taken.has(name)) {
    if (taken.get(name) !== path) throw new Error(`two types are called ${name}: ${path} and ${taken.get(name)}`);
    return;
  }
  taken.set(name, path);
  for (const needed of declaration.names) {
    const alias = imports.get(needed);
    if (alias !== undefined && alias.imported !== needed)
      throw new Error(`${path}: ${needed} is imported under another name`);
    if (needed !== name) take(path, needed);
  }
  texts.push(declaration.text);
}

/** What a module declares, imports, and exports from others, by name. */
function moduleAt(path) {
  const known = modules.get(path);
  if (known !== undefined) return known;
  const source = readFileSync(path, 'utf8');
  const module = { declarations: new Map(), imports: new Map(), exports: new Map() };
  modules.set(path, module);
  let end = 0;
  for (const statement of parseAst(source, { lang: 'dts' }).body) {
    const from = statement.source && pathOf(path, statement.source.value);
    for (const specifier of statement.specifiers ?? []) {
      const isType = [statement, specifier].some(({ exportKind }) => exportKind === 'type');
      if (specifier.type === 'ImportSpecifier') {
        module.imports.set(specifier.local.name, { from, imported: specifier.imported.name });
      } else if (from) module.exports.set(specifier.exported.name, { from, imported: specifier.local.name, isType });
    }
    const declaration = statement.declaration ?? statement;
    // The comment before it belongs to it.
    const text = `${source.slice(end, declaration.start)}${source.slice(declaration.start, statement.end)}`.trim();
    const ids = declaration.declarations?.map(({ id }) => id) ?? (declaration.id ? [declaration.id] : []);
    for (const { name } of ids) {
      module.declarations.set(name, { text: text.replace(/^export (?=\w)/m, ''), names: namesIn(declaration) });
    }
    end = statement.end;
  }
  return module;
}

function pathOf(path, specifier) {
  return specifier.startsWith('.') ? join(dirname(path), specifier.replace(/(\.d)?\.[jt]s$/, '.d.ts')) : undefined;
}

/** Identifiers in a part of the tree that may name types or values of the module. */
function namesIn(node, names = new Set()) {
  if (Array.isArray(node)) for (const item of node) namesIn(item, names);
  else if (node !== null && typeof node === 'object') {
    if (node.type === 'Identifier') names.add(node.name);
    for (const [field, value] of Object.entries(node)) {
      if (field === 'key' && !node.computed) continue;
      namesIn(value, names);
    }
  }
  return names;
}
