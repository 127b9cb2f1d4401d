import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { globSync } from '../glob.mjs';
import { ROOT } from '../root.mjs';
import { generatedNote, table } from './page.mjs';

const KINDS = new Set(['counter', 'gauge', 'histogram']);
const SOURCES = /^(libs|apps)\/.+\/src\/.+(?<!\.spec)\.ts$/;

/** Every call of the Metrics port with a literal name, wherever it stands. */
function metrics() {
  const found = new Map();
  for (const path of globSync(SOURCES)) {
    const text = readFileSync(join(ROOT, path), 'utf8');
    if (!text.includes(`'weir_`)) continue;
    const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const visit = (node) => {
      const metric = metricOf(node);
      if (metric) found.set(metric.name, { ...metric, role: roleOf(path) });
      ts.forEachChild(node, visit);
    };
    visit(file);
  }
  return [...found.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function metricOf(node) {
  if (!ts.isCallExpression(node) || !ts.isPropertyAccessExpression(node.expression)) return null;
  const kind = node.expression.name.text;
  const [name, help, ...rest] = node.arguments;
  if (!KINDS.has(kind) || !name || !ts.isStringLiteralLike(name)) return null;
  if (!name.text.startsWith('weir_')) return null;
  // A histogram names its buckets before its labels.
  const labels = kind === 'histogram' ? rest[1] : rest[0];
  return {
    kind,
    name: name.text,
    help: help ? textOf(help) : '',
    labels: labels && ts.isArrayLiteralExpression(labels) ? labels.elements.map(textOf) : [],
  };
}

function textOf(node) {
  if (ts.isStringLiteralLike(node)) return node.text;
  if (ts.isBinaryExpression(node)) return textOf(node.left) + textOf(node.right);
  return node.getText();
}

const roleOf = (path) => path.split('/src/')[0];

export function metricsPage() {
  return [
    '# Metrics\n',
    generatedNote('the calls of the Metrics port in libs and apps'),
    'Served in Prometheus text format on `/metrics`. Base units; histograms come with `_bucket`,',
    '`_sum` and `_count`. Alert rules and a dashboard are not shipped yet.\n',
    table(
      ['Name', 'Type', 'Labels', 'Meaning', 'Made in'],
      metrics().map(({ name, kind, labels, help, role }) => [
        `\`${name}\``,
        kind,
        labels.map((label) => `\`${label}\``).join(', '),
        help,
        role,
      ]),
    ),
  ].join('\n');
}
