import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/**
 * The two meta pages of an LMDB data file. Layout: 24 bytes of page header, then magic, version,
 * address, map size, two database descriptors of 48 bytes (page size in the first word of the
 * first), last page, transaction id, boot id.
 */
const MAGIC = 0xbeefc0de;
const DATABASES_AT = [24, 72];
const PAGE_SIZE_AT = 24;
const LAST_PAGE_AT = 120;
const TRANSACTION_AT = 128;
const LARGEST_PAGE = 65_536;
/** In the page header; LMDB takes a page of another kind for no database, and dies closing it. */
const KIND_AT = 18;
const META_KIND = 8;

export const PAGE_HEADER_BYTES = 24;
export const META_BYTES = 144;
export const DATABASE_BYTES = 48;

export interface MetaPage {
  readonly offset: number;
  readonly bytes: Buffer;
  readonly transaction: bigint;
  readonly pageSize: number;
  readonly lastPage: number;
  /** Descriptors of the free list and of the main database. */
  readonly databases: readonly Buffer[];
  /** Bytes that the file must have for this state of the database. */
  readonly fileBytes: number;
}

/** Read access to the file below LMDB, for checks that LMDB does not make. */
export class PageFile {
  readonly #file: number;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
  }

  size(): number {
    return fstatSync(this.#file).size;
  }

  /** Newest first; only those that look like meta pages. */
  metas(): MetaPage[] {
    const first = this.#meta(0);
    const second = this.#meta(first?.pageSize ?? 4_096);
    const metas = [first, second].filter((meta) => meta !== null);
    return metas.sort((a, b) => (a.transaction > b.transaction ? -1 : 1));
  }

  /** A whole page; shorter at the end of the file. */
  page(meta: MetaPage, number: number): Buffer {
    return this.pages(meta, number, 1);
  }

  /** Pages in a row; shorter at the end of the file. */
  pages(meta: MetaPage, first: number, count: number): Buffer {
    return this.#read(first * meta.pageSize, count * meta.pageSize);
  }

  close(): void {
    closeSync(this.#file);
  }

  #meta(offset: number): MetaPage | null {
    const page = this.#read(offset, PAGE_HEADER_BYTES + META_BYTES);
    const bytes = page.subarray(PAGE_HEADER_BYTES);
    if (page.length < PAGE_HEADER_BYTES || page.readUInt16LE(KIND_AT) !== META_KIND) return null;
    if (bytes.length !== META_BYTES || bytes.readUInt32LE(0) !== MAGIC) return null;
    const pageSize = bytes.readUInt32LE(PAGE_SIZE_AT);
    const sane = pageSize >= 256 && pageSize <= LARGEST_PAGE && (pageSize & (pageSize - 1)) === 0;
    if (!sane) return null;
    const lastPage = Number(bytes.readBigUInt64LE(LAST_PAGE_AT));
    return {
      offset,
      bytes,
      transaction: bytes.readBigUInt64LE(TRANSACTION_AT),
      pageSize,
      lastPage,
      databases: DATABASES_AT.map((at) => bytes.subarray(at, at + DATABASE_BYTES)),
      fileBytes: (lastPage + 1) * pageSize,
    };
  }

  #read(offset: number, length: number): Buffer {
    const bytes = Buffer.alloc(length);
    return bytes.subarray(0, readSync(this.#file, bytes, 0, length, offset));
  }
}
