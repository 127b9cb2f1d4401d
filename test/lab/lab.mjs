/** What a scenario has in its hands: a fabric, wherever it is, and the programs on it. */
import { Evidence } from './evidence.mjs';
import { setLeaves } from './gnmi-client.mjs';
import { startBulk } from './load.mjs';
import { LocalMachine, run as runOn } from './machine.mjs';
import { namespaceOf, Network, WIRES, wireNames } from './network.mjs';
import { startMeter, startProbe } from './probe.mjs';
import { placesOf, Processes } from './processes.mjs';
import { addressOf, startSwitches } from './switches.mjs';
import { linkNamed, MANAGER } from './topology.mjs';

export class Lab {
  #run;
  #processes;
  #place;
  #network;
  #machine;
  #atEnd = [];
  /** Agents of the switches by name, once started. */
  agents = {};

  constructor({ run, machine, workDir, scenario, rounds, small, progress, kernel }) {
    Object.assign(this, { workDir, scenario, rounds, small, progress, kernel });
    this.#run = run;
    this.#machine = machine;
    this.#place = placesOf(new LocalMachine(), machine, (node) => namespaceOf(run, node));
    this.#processes = new Processes(this.#place, workDir);
    this.#processes.onUnexpectedExit = (message) => {
      this.failure ??= message;
      progress(message);
    };
    this.#network = new Network(machine, run);
    // One CPU has nothing for V8's helper threads to run on: they only cost switches between them.
    const flags = kernel.kind === 'uml' ? ['--single-threaded'] : [];
    /** Node on a switch or a host of the lab. */
    this.node = [process.execPath, ...flags];
    this.evidence = new Evidence((node, argv) => this.exec(node, argv));
    /** The first program that ended although nobody stopped it; null when none did. */
    this.failure = null;
  }

  async build() {
    const { wires, rates, congestion, qos = false } = this.scenario;
    await this.#network.build({ wires, rates, congestion, shaped: !qos });
    this.progress(`2 spines, 3 leaves and 6 hosts are up in ${this.kernel.name}`);
  }

  /** A namespace more; its links are made by `connect`. */
  async addNode(node) {
    this.#network.addNode(node);
    await this.#network.commit();
  }

  /** A cable between [node, port, address or null] and the same. */
  async connect(one, other, length) {
    this.#network.connect(one, other, length);
    await this.#network.commit();
  }

  /** Name of the namespace of a node. */
  namespaceOf(node) {
    return namespaceOf(this.#run, node);
  }

  /** See `Processes.start`: a program that runs until it is stopped. */
  start(name, node, argv, options) {
    return this.#processes.start(name, node, argv, options);
  }

  /** Stdout of a program that ends; rejects with what it wrote to stderr when it fails. */
  exec(node, argv, options) {
    const { machine, prefix } = this.#place(node);
    const [tool, ...args] = argv;
    // `ip -n` saves a program on the way: each costs tens of milliseconds in User-mode Linux.
    if (node !== MANAGER && (tool === 'ip' || tool === 'tc'))
      return runOn(this.#machine, [tool, '-n', this.namespaceOf(node), ...args], options);
    return runOn(machine, [...prefix, ...argv], options);
  }

  startSwitches(options) {
    return startSwitches(this, options);
  }

  /** One gNMI Set of `[[path, value]]`. */
  setLeaves(device, leaves, options) {
    return setLeaves(addressOf(device), Object.fromEntries(leaves), options);
  }

  probe(options) {
    return startProbe(this, options);
  }

  meter(options) {
    return startMeter(this, options);
  }

  bulk(options) {
    return startBulk(this, options);
  }

  /**
   * The cable at a port that the scenario lists in `wires`: what is lost or late there is so between
   * the counters of both ends, in both directions.
   */
  wire(port) {
    const link = linkNamed(port);
    if (!(this.scenario.wires ?? []).some((name) => linkNamed(name) === link))
      throw new Error(`${port} is not among the wires of ${this.scenario.name}`);
    const { towardsLeaf, towardsSpine } = wireNames(link);
    const each = async (command) => {
      for (const end of [towardsLeaf, towardsSpine])
        await this.exec(WIRES, ['tc', 'qdisc', ...command(end)]);
    };
    // Where there is no netem the bridge that is the cable throws frames away, and cannot wait.
    const lose = (lossRatio, fromLeafOnly = false) =>
      this.exec(WIRES, ['nft', '-f', '-'], {
        input: lossRules(wireNames(link), lossRatio, fromLeafOnly),
      });
    if (this.kernel.kind === 'running')
      return {
        set: ({ lossRatio, fromLeafOnly }) => lose(lossRatio, fromLeafOnly),
        clear: () => lose(0),
      };
    return {
      set: ({ lossRatio = 0, delayMs = 0 }) =>
        each((end) => [
          ...['replace', 'dev', end, 'root', 'netem', 'limit', '10000'],
          ...['loss', `${lossRatio * 100}%`, 'delay', `${delayMs}ms`],
        ]),
      clear: () => each((end) => ['replace', 'dev', end, 'root', 'pfifo']),
    };
  }

  /** Something to close when the scenario is over. */
  atEnd(action) {
    this.#atEnd.push(action);
  }

  async close() {
    for (const action of this.#atEnd) action();
    await this.#processes.stopAll();
    await this.#machine.close();
  }
}

/** For nft: this share of what comes in at either end of the cable, or the leaf's, is lost. */
function lossRules({ bridge, towardsLeaf, towardsSpine }, lossRatio, fromLeafOnly) {
  const table = `table bridge ${bridge}`;
  const fresh = [`add ${table}`, `delete ${table}`];
  if (lossRatio === 0) return `${fresh.join('\n')}\n`;
  const share = `numgen random mod 10000 < ${Math.round(lossRatio * 10_000)}`;
  return [
    ...fresh,
    `add ${table}`,
    `add chain bridge ${bridge} cable { type filter hook forward priority 0; }`,
    ...(fromLeafOnly ? [towardsLeaf] : [towardsLeaf, towardsSpine]).map(
      (end) => `add rule bridge ${bridge} cable iifname ${end} ${share} drop`,
    ),
    '',
  ].join('\n');
}
