/** Parquet files, written row group by row group: memory holds one of them. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { fileWriter, ParquetWriter, schemaFromColumnData } from "hyparquet-writer";

export type ParquetType = "STRING" | "INT32" | "INT64" | "DOUBLE" | "BOOLEAN" | "BYTE_ARRAY";

export interface ParquetColumn {
  readonly name: string;
  readonly type: ParquetType;
  readonly nullable?: boolean;
}

/** A file that is there whole or not at all: written beside its name, made durable, then renamed. */
export class ParquetFile {
  readonly #path: string;
  readonly #columns: readonly ParquetColumn[];
  readonly #writer: ParquetWriter;
  #rows = 0;

  constructor(path: string, columns: readonly ParquetColumn[]) {
    this.#path = path;
    this.#columns = columns;
    this.#writer = new ParquetWriter({
      writer: fileWriter(this.#temporary),
      schema: schemaFromColumnData({ columnData: columns.map((column) => ({ ...column, data: [] })) }),
    });
  }

  get rows(): number {
    return this.#rows;
  }

  /** One row group. `columns` in the order declared, each of the same length. */
  async write(columns: readonly (readonly unknown[])[]): Promise<void> {
    const rows = columns[0]?.length ?? 0;
    if (rows === 0) return;
    const columnData = this.#columns.map(({ name }, index) => ({ name, data: columns[index] as unknown[] }));
    await this.#writer.write({ columnData, rowGroupSize: rows });
    this.#rows += rows;
  }

  async finish(): Promise<void> {
    await this.#writer.finish();
    syncPath(this.#temporary);
    renameSync(this.#temporary, this.#path);
    syncPath(dirname(this.#path));
  }

  /** Leaves nothing behind. */
  abandon(): void {
    rmSync(this.#temporary, { force: true });
  }

  get #temporary(): string {
    return `${this.#path}.partial`;
  }
}

function syncPath(path: string): void {
  const handle = openSync(path, "r");
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
