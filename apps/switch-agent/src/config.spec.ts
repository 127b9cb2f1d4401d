import { checkExposure, DEFAULT_CONFIG, parseAgentConfig } from './config';

const document = (spec: unknown): unknown => ({
  apiVersion: 'weir.dev/v1',
  kind: 'SwitchAgentConfig',
  spec,
});

describe('agent configuration', () => {
  it('fills in defaults and resolves file names', () => {
    expect(parseAgentConfig(document({}), '/etc/weir')).toEqual(DEFAULT_CONFIG);
    const tls = { mode: 'mutual', certFile: 'a.pem', keyFile: 'b.pem', caFile: '/c.pem' };
    expect(parseAgentConfig(document({ tls }), '/etc/weir').tls).toEqual({
      mode: 'mutual',
      certFile: '/etc/weir/a.pem',
      keyFile: '/etc/weir/b.pem',
      clientCaFile: '/c.pem',
    });
  });

  it.each([
    [[], '(document): must be a mapping'],
    [{ kind: 'SwitchAgentConfig' }, 'apiVersion: must be weir.dev/v1'],
    [document({ listen: 'x' }), 'spec.listen: "x" is not host:port'],
    [document({ netns: 'a b' }), 'spec.netns: "a b" is not the name of a network namespace'],
    [document({ routeProtocol: 4 }), 'spec.routeProtocol: must be a whole number from 5 to 255'],
    [document({ routes: [] }), 'spec.routes: unknown; known are listen, stateDir'],
    [document({ tls: { mode: 'tls' } }), 'spec.tls.certFile: missing'],
    [document({ tls: {} }), 'spec.tls.mode: must be insecure or tls or mutual'],
    [document({ credentials: { usernameEnv: 'U' } }), 'spec.credentials.passwordEnv: missing'],
    [document({ log: { level: 'loud' } }), 'spec.log.level: must be fatal or error'],
  ])('refuses %j with the path of the field', (value, message) => {
    expect(() => parseAgentConfig(value, '/')).toThrow(message);
  });

  it('serves plain text beyond loopback only when told so in as many words', () => {
    const open = { ...DEFAULT_CONFIG, listen: '0.0.0.0:9339' };
    expect(() => checkExposure(open)).toThrow('spec.tls: missing');
    expect(() => checkExposure({ ...open, tls: { mode: 'insecure' } })).not.toThrow();
    expect(() => checkExposure(DEFAULT_CONFIG)).not.toThrow();
  });
});
