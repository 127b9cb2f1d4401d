import { DATABASE_BYTES, PAGE_HEADER_BYTES, type MetaPage, type PageFile } from './page-file';

/**
 * Checks the bounds of everything that LMDB would follow blindly: page numbers, kinds, node
 * offsets and sizes. A flipped bit in any of them can kill a process that merely reads. What the
 * nodes hold is left to the hash chain.
 *
 * Page header: number (8), transaction (8), pad (2), kind (2), end of node offsets (2), start of
 * nodes (2). Node: low and high half of the data size (2 + 2), flags (2), key size (2), key, data;
 * in a branch the first three are the number of the child.
 */
const NUMBER_AT = 0;
const TRANSACTION_AT = 8;
const KIND_AT = 18;
const LOWER_AT = 20;
const UPPER_AT = 22;
const BRANCH = 1;
const LEAF = 2;
const OVERFLOW = 4;
const NODE_HEADER_BYTES = 8;
const BIG_DATA = 1;
const SUB_DATABASE = 2;
/** Root, transaction and page count, in place of data that has pages of its own. */
const OVERFLOW_REFERENCE_BYTES = 24;
const FLAGS_AT = 4;
const INTEGER_KEYS = 8;
const DEPTH_AT = 6;
const ROOT_AT = 40;
const NO_ROOT = 0xffff_ffff_ffff_ffffn;
/** LMDB's own limit on the way from a root to a leaf. */
const DEEPEST = 32;

/** The first thing that is wrong, or null. */
export function checkTrees(file: PageFile, meta: MetaPage): string | null {
  const walk = new TreeWalk(file, meta);
  const [free, main] = meta.databases;
  try {
    if (free) walk.database(free, INTEGER_KEYS);
    if (main) walk.database(main, 0);
    walk.freePages();
    return null;
  } catch (error) {
    if (error instanceof Misfit) return error.message;
    throw error;
  }
}

class Misfit extends Error {}

class TreeWalk {
  readonly #visited = new Set<number>();
  /** Data of the free list: numbers of pages that the next commits will write into. */
  readonly #freeLists: Buffer[] = [];

  constructor(
    private readonly file: PageFile,
    private readonly meta: MetaPage,
  ) {}

  database(descriptor: Buffer, flags: number): void {
    if (descriptor.readUInt16LE(FLAGS_AT) !== flags) throw new Misfit('a database of another kind');
    const root = descriptor.readBigUInt64LE(ROOT_AT);
    if (root === NO_ROOT) return;
    const depth = descriptor.readUInt16LE(DEPTH_AT);
    if (depth < 1 || depth > DEEPEST) throw new Misfit(`a database of depth ${depth}`);
    this.#page(Number(root), depth, flags === INTEGER_KEYS);
  }

  /**
   * A list is a count and the pages; a negative number is the length of the run of pages that
   * starts at the number behind it, zero is a gap. A page that is in use must not be in a list,
   * and one that does not exist kills the process that writes into it.
   */
  freePages(): void {
    for (const list of this.#freeLists) {
      const room = Math.floor(list.length / 8) - 1;
      const count = room < 0 ? 0 : Number(list.readBigUInt64LE(0));
      if (room < 0 || count > room) throw new Misfit('a list of free pages that is too short');
      let length = 1;
      for (let i = 1; i <= count; i++) {
        const entry = Number(list.readBigInt64LE(i * 8));
        if (entry > 0) this.#free(entry, length);
        length = entry < 0 ? -entry : 1;
      }
    }
  }

  #free(first: number, length: number): void {
    if (first < 2 || first + length - 1 > this.meta.lastPage)
      throw new Misfit(`page ${first} does not exist, and is said to be free`);
    for (let number = first; number < first + length; number++)
      if (this.#visited.has(number))
        throw new Misfit(`page ${number} is in use, and is said to be free`);
  }

  #page(number: number, levels: number, free: boolean): void {
    const { page, kind } = this.#open(number);
    if (kind !== (levels > 1 ? BRANCH : LEAF))
      throw new Misfit(`page ${number} is of kind ${kind}`);
    const lower = page.readUInt16LE(LOWER_AT);
    const upper = page.readUInt16LE(UPPER_AT);
    const room = this.meta.pageSize - PAGE_HEADER_BYTES;
    if (lower % 2 !== 0 || lower > upper || upper > room)
      throw new Misfit(`page ${number} has impossible bounds`);
    for (let at = 0; at < lower; at += 2) {
      const node = page.readUInt16LE(PAGE_HEADER_BYTES + at);
      if (node < upper || node % 2 !== 0 || node + NODE_HEADER_BYTES > room)
        throw new Misfit(`page ${number} has a node outside`);
      const bytes = page.subarray(PAGE_HEADER_BYTES + node);
      if (levels > 1) this.#branch(number, bytes, levels, free);
      else this.#leaf(number, bytes, free);
    }
  }

  #branch(number: number, node: Buffer, levels: number, free: boolean): void {
    if (NODE_HEADER_BYTES + node.readUInt16LE(6) > node.length)
      throw new Misfit(`page ${number} has a key that is too long`);
    this.#page(node.readUIntLE(0, 6), levels - 1, free);
  }

  #leaf(number: number, node: Buffer, free: boolean): void {
    const size = node.readUInt32LE(0);
    const flags = node.readUInt16LE(4);
    const start = NODE_HEADER_BYTES + node.readUInt16LE(6);
    if (flags > (BIG_DATA | SUB_DATABASE)) throw new Misfit(`page ${number} has unknown flags`);
    const inline = flags & BIG_DATA ? OVERFLOW_REFERENCE_BYTES : size;
    if (start + inline > node.length) throw new Misfit(`page ${number} has data that is too long`);
    const data =
      flags & BIG_DATA
        ? this.#overflow(node.subarray(start), size)
        : node.subarray(start, start + size);
    if (free) this.#freeLists.push(data);
    if (flags & SUB_DATABASE) {
      if (size !== DATABASE_BYTES)
        throw new Misfit(`page ${number} has a database of another size`);
      this.database(node.subarray(start), 0);
    }
  }

  /** The data, which has pages of its own. */
  #overflow(reference: Buffer, size: number): Buffer {
    const first = Number(reference.readBigUInt64LE(0));
    const pages = Number(reference.readBigUInt64LE(16));
    const needed = Math.floor((PAGE_HEADER_BYTES - 1 + size) / this.meta.pageSize) + 1;
    if (pages !== needed || first + pages - 1 > this.meta.lastPage)
      throw new Misfit(`data of ${size} bytes on ${pages} pages from ${first}`);
    const { kind } = this.#open(first);
    if (kind !== OVERFLOW) throw new Misfit(`page ${first} is of kind ${kind}`);
    for (let number = first + 1; number < first + pages; number++) this.#visit(number);
    return this.file
      .pages(this.meta, first, pages)
      .subarray(PAGE_HEADER_BYTES, PAGE_HEADER_BYTES + size);
  }

  #visit(number: number): void {
    if (this.#visited.has(number)) throw new Misfit(`page ${number} is used twice`);
    this.#visited.add(number);
  }

  #open(number: number): { page: Buffer; kind: number } {
    if (number < 2 || number > this.meta.lastPage)
      throw new Misfit(`page ${number} does not exist`);
    this.#visit(number);
    const page = this.file.page(this.meta, number);
    if (page.length !== this.meta.pageSize || Number(page.readBigUInt64LE(NUMBER_AT)) !== number)
      throw new Misfit(`page ${number} is not where it should be`);
    // LMDB writes into a page of the current transaction in place, in a map that is read-only.
    if (page.readBigUInt64LE(TRANSACTION_AT) > this.meta.transaction)
      throw new Misfit(`page ${number} is of a transaction to come`);
    return { page, kind: page.readUInt16LE(KIND_AT) };
  }
}
