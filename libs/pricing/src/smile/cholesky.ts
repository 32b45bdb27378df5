/**
 * Solves a symmetric system given by the lower triangle of `matrix`, whose rows lie `stride` apart, and leaves the solution in `right`
 * (Cholesky). A direction without curvature is left out, its component is zero.
 */
export function solveSymmetric(matrix: Float64Array, right: Float64Array, size: number, stride: number): void {
  for (let i = 0; i < size; i += 1) {
    for (let j = 0; j <= i; j += 1) {
      let sum = matrix[i * stride + j] as number;
      for (let n = 0; n < j; n += 1) sum -= (matrix[i * stride + n] as number) * (matrix[j * stride + n] as number);
      if (i === j) matrix[i * stride + i] = sum > 1e-14 ? Math.sqrt(sum) : Infinity;
      else matrix[i * stride + j] = sum / (matrix[j * stride + j] as number);
    }
  }
  for (let i = 0; i < size; i += 1) {
    let sum = right[i] as number;
    for (let n = 0; n < i; n += 1) sum -= (matrix[i * stride + n] as number) * (right[n] as number);
    right[i] = sum / (matrix[i * stride + i] as number);
  }
  for (let i = size - 1; i >= 0; i -= 1) {
    let sum = right[i] as number;
    for (let n = i + 1; n < size; n += 1) sum -= (matrix[n * stride + i] as number) * (right[n] as number);
    right[i] = sum / (matrix[i * stride + i] as number);
  }
}
