/**
 * Solves a dense system by elimination with row pivots; each row ends with its right side, and all
 * of them are changed. Null where the matrix is singular within the precision of numbers.
 */
export function solveLinear(rows: Float64Array[]): Float64Array | null {
  const size = rows.length;
  for (let column = 0; column < size; column++) {
    let pivot = column;
    for (let r = column + 1; r < size; r++)
      if (Math.abs(rows[r]![column]!) > Math.abs(rows[pivot]![column]!)) pivot = r;
    const top = rows[pivot]!;
    rows[pivot] = rows[column]!;
    rows[column] = top;
    if (!(Math.abs(top[column]!) > Number.MIN_VALUE)) return null;
    for (let r = column + 1; r < size; r++) {
      const row = rows[r]!;
      const factor = row[column]! / top[column]!;
      if (factor === 0) continue;
      for (let c = column; c <= size; c++) row[c] = row[c]! - factor * top[c]!;
    }
  }
  const solution = new Float64Array(size);
  for (let r = size - 1; r >= 0; r--) {
    const row = rows[r]!;
    let rest = row[size]!;
    for (let c = r + 1; c < size; c++) rest -= row[c]! * solution[c]!;
    solution[r] = rest / row[r]!;
  }
  return solution.every(Number.isFinite) ? solution : null;
}
