import fc from 'fast-check';
import { gnmi } from '@weir/proto-gen';
import {
  canonicalPath,
  elemsOf,
  formatPath,
  GnmiError,
  GrpcStatus,
  isAtOrBelow,
  parsePath,
  PathPattern,
  resolvePath,
  toProtoPath,
} from './index';

const name = fc.stringMatching(/^[a-zA-Z][a-z0-9/[\\-]{0,8}$/);
const key = fc.dictionary(
  fc.stringMatching(/^[a-z][a-z=\\\]-]{0,5}$/),
  fc.string({ unit: 'grapheme', maxLength: 12 }),
  {
    maxKeys: 3,
    noNullPrototype: true,
  },
);
const path = fc.array(fc.record({ name, key }), { maxLength: 6 });

const codeOf = (action: () => unknown): number | null => {
  try {
    action();
    return null;
  } catch (error) {
    if (error instanceof GnmiError) return error.code;
    throw error;
  }
};

describe('path text', () => {
  it('comes back as it was, whatever names and keys hold', () => {
    fc.assert(
      fc.property(path, (elems) => {
        const text = formatPath(elems);
        expect(parsePath(text)).toEqual(elems);
        expect(canonicalPath(text)).toBe(text);
      }),
    );
  });

  it('comes back over the wire', () => {
    fc.assert(
      fc.property(path, (elems) => {
        const bytes = gnmi.Path.encode(toProtoPath(elems)).finish();
        expect(formatPath(elemsOf(gnmi.Path.decode(bytes)))).toBe(formatPath(elems));
      }),
    );
  });

  it.each([
    ['interfaces/interface[name=eth1]/', '/interfaces/interface[name=eth1]', false],
    ['/openconfig-qos:qos/openconfig-qos:queues', '/qos/queues', true],
    [
      '/p[name=B][identifier=openconfig-policy-types:STATIC]',
      '/p[identifier=STATIC][name=B]',
      true,
    ],
    ['/s[prefix=10.0.0.0/24]/x', '/s[prefix=10.0.0.0/24]/x', true],
    ['/s[prefix=2001:db8::/32]', '/s[prefix=2001:db8::/32]', true],
    ['/s[n=a\\]b\\\\c]', '/s[n=a\\]b\\\\c]', true],
    ['/', '/', true],
    ['', '/', true],
    ['//a', '', false],
    ['/a[b]', '', false],
    ['/a[b=c', '', false],
    ['/a[b=c]d', '', false],
    ['/a[b=c][b=d]', '', false],
    ['/a\\', '', false],
  ])('%s', (text, canonical, valid) => {
    if (valid) expect(canonicalPath(text)).toBe(canonical);
    else expect(codeOf(() => canonicalPath(text))).toBe(GrpcStatus.INVALID_ARGUMENT);
  });

  it('answers any text with a path or INVALID_ARGUMENT', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: fc.constantFrom('/', '[', ']', '=', '\\', 'a', ':', '*', '.') }),
        (text) => {
          expect([null, GrpcStatus.INVALID_ARGUMENT]).toContain(codeOf(() => parsePath(text)));
        },
      ),
    );
  });
});

describe('prefix and path', () => {
  const prefix = toProtoPath('/qos/interfaces', 'openconfig', 'leaf1');

  it('are joined', () => {
    const resolved = resolvePath(prefix, toProtoPath('/interface[interface-id=e]'));
    expect(resolved).toMatchObject({ origin: 'openconfig', target: 'leaf1' });
    expect(formatPath(resolved.elems)).toBe('/qos/interfaces/interface[interface-id=e]');
  });

  it('must not both name an origin, and only the prefix a target', () => {
    expect(codeOf(() => resolvePath(prefix, toProtoPath('/a', 'openconfig')))).toBe(3);
    expect(codeOf(() => resolvePath(undefined, toProtoPath('/a', '', 'leaf1')))).toBe(3);
  });

  it('may be the old list of strings', () => {
    const old = gnmi.Path.create({ element: ['qos', 'queue[name=q1]'] });
    expect(formatPath(elemsOf(old))).toBe('/qos/queue[name=q1]');
  });
});

describe('pattern', () => {
  const concrete =
    '/qos/interfaces/interface[interface-id=e1]/output/queues/queue[name=rt]/state/avg-queue-len';

  it.each([
    ['/', true],
    ['/qos', true],
    ['/qos/interfaces/interface', true],
    ['/qos/interfaces/interface[interface-id=*]/output', true],
    ['/qos/interfaces/interface[interface-id=e1]/*/queues', true],
    ['/qos/.../state', true],
    ['/.../avg-queue-len', true],
    ['/qos/...', true],
    ['/qos/interfaces/interface[interface-id=e2]', false],
    ['/qos/interfaces/interface[interface-id=e1]/input', false],
    ['/qos/inter', false],
    ['/.../max-queue-len', false],
    [`${concrete}/more`, false],
  ])('%s', (text, matches) => {
    expect(PathPattern.parse(text).matches(concrete)).toBe(matches);
  });

  it('gives the concrete place that was asked for', () => {
    const base = PathPattern.parse('/qos/interfaces/interface/output').baseOf(parsePath(concrete));
    expect(formatPath(base ?? [])).toBe('/qos/interfaces/interface[interface-id=e1]/output');
    expect(PathPattern.parse('/.../queue').baseOf(parsePath(concrete))?.at(-1)?.key).toEqual({
      name: 'rt',
    });
  });

  it('bounds the work that a peer can ask for', () => {
    expect(codeOf(() => PathPattern.parse('/.../.../.../.../.../a'))).toBe(3);
  });

  it('agrees with text comparison on paths without wildcards', () => {
    const flat = fc.array(fc.constantFrom('a', 'ab', 'b[k=1]', 'b[k=12]'), { maxLength: 4 });
    fc.assert(
      fc.property(flat, flat, (a, b) => {
        const [base, below] = [canonicalPath(`/${a.join('/')}`), canonicalPath(`/${b.join('/')}`)];
        expect(PathPattern.parse(base).matchesElems(parsePath(below))).toBe(
          isAtOrBelow(below, base),
        );
      }),
    );
  });
});

describe('names with more than one colon', () => {
  it.each(['/a:b:c', '/a:', '/:a', '/::a', '/x[k=openconfig-a:openconfig-b:V]'])(
    '%s is canonical after one pass',
    (text) => {
      const canonical = canonicalPath(text);
      expect(canonicalPath(canonical)).toBe(canonical);
    },
  );
});
