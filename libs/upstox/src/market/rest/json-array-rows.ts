const QUOTE = 0x22;
const COMMA = 0x2c;
const OPEN_ARRAY = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** A row larger than this is not an instrument. */
const MAX_ROW_BYTES = 64 * 1024;

/** A document that is not one JSON array of objects. */
export class NotRowsError extends Error {
  override readonly name = 'NotRowsError';
}

/**
 * Cuts a JSON array of objects, arriving in chunks, into the texts of its objects, so that a document of any size is
 * read in little memory and one broken row does not spoil the others. Checks the array's own punctuation; what is
 * inside an object is the caller's to parse.
 */
export class JsonArrayRows {
  private expecting: 'array' | 'first' | 'separator' | 'row' | 'nothing' = 'array';
  private depth = 0;
  private inString = false;
  private escaped = false;
  private carried: Uint8Array[] = [];
  private carriedBytes = 0;

  /** Takes the next bytes and calls `onRow` with the text of each object they complete. Throws {@link NotRowsError}. */
  push(chunk: Uint8Array, onRow: (text: string) => void): void {
    let rowStart = 0;
    for (let at = 0; at < chunk.length; at += 1) {
      const byte = chunk[at] as number;
      if (this.depth === 0) {
        if (byte > 0x20 && this.opensRow(byte)) {
          this.depth = 1;
          rowStart = at;
        }
      } else if (this.inString) {
        if (this.escaped) this.escaped = false;
        else if (byte === BACKSLASH) this.escaped = true;
        else if (byte === QUOTE) this.inString = false;
      } else if (byte === QUOTE) {
        this.inString = true;
      } else if (byte === OPEN_OBJECT || byte === OPEN_ARRAY) {
        this.depth += 1;
      } else if (byte === CLOSE_OBJECT || byte === CLOSE_ARRAY) {
        this.depth -= 1;
        if (this.depth === 0) onRow(this.take(chunk.subarray(rowStart, at + 1)));
      }
    }
    if (this.depth > 0) this.carry(chunk.subarray(rowStart));
  }

  /** Says that the document has ended. Throws {@link NotRowsError} when its array has not. */
  finish(): void {
    if (this.expecting !== 'nothing') throw new NotRowsError('the document ends before its array does');
  }

  /** Takes a byte between rows and says whether a row begins with it. */
  private opensRow(byte: number): boolean {
    const { expecting } = this;
    if (byte === OPEN_OBJECT && (expecting === 'first' || expecting === 'row')) {
      this.expecting = 'separator';
      return true;
    }
    if (byte === OPEN_ARRAY && expecting === 'array') this.expecting = 'first';
    else if (byte === COMMA && expecting === 'separator') this.expecting = 'row';
    else if (byte === CLOSE_ARRAY && (expecting === 'first' || expecting === 'separator')) this.expecting = 'nothing';
    else throw new NotRowsError(`byte ${byte} where the document should go on with: ${expecting}`);
    return false;
  }

  private carry(part: Uint8Array): void {
    this.carriedBytes += part.length;
    if (this.carriedBytes > MAX_ROW_BYTES) throw new NotRowsError(`a row exceeds ${MAX_ROW_BYTES} bytes`);
    this.carried.push(part.slice());
  }

  private take(rest: Uint8Array): string {
    if (this.carried.length === 0) return Buffer.from(rest.buffer, rest.byteOffset, rest.length).toString('utf8');
    const row = Buffer.concat([...this.carried, rest]).toString('utf8');
    this.carried = [];
    this.carriedBytes = 0;
    return row;
  }
}
