/**
 * Goal: the two functions of the normal distribution that the Black-76 kernel needs, to the last digit or two of a double.
 * Method: rational minimax approximations on the ranges where they hold, the asymptotic series beyond. With N and n the normal
 * distribution and density, M(z) = N(-z) / n(z) is the Mills ratio without its factor 1/sqrt(2 pi) and a(z) = 1 - z M(z) = -M'(z).
 * Reference: Abramowitz and Stegun 26.2.12 (asymptotic series); the rationals were fitted in 60-digit arithmetic.
 */

const SQRT_TWO_PI = 2.5066282746310007;

// Ascending powers. Kept in arrays: V8 folds them into memory operands, while literals cost two instructions each.
const SLOPE_NUM = Float64Array.of(
  0.9999999999999999,
  1.112241768568175,
  0.6372232514469759,
  0.23497134988827056,
  0.06001384461661623,
  0.010791278412347805,
  0.0013326651067432935,
  0.00010384213935402452,
  3.961636033653631e-6,
);
const SLOPE_DEN = Float64Array.of(
  1.0,
  2.3655559058836473,
  2.602007910902037,
  1.7572058127909682,
  0.8093958175317894,
  0.26672496802325024,
  0.06398791087010104,
  0.011102811538918692,
  0.0013445498159084285,
  0.00010384214304661944,
  3.961636001475472e-6,
);
const NEAR_NUM = Float64Array.of(
  1.2533141373155003,
  1.562388013007298,
  0.9798600529534247,
  0.38529311302521774,
  0.10228121145095691,
  0.018617461149151106,
  0.002262202324743972,
  0.0001677914951245807,
  5.8340660542178896e-6,
);
const NEAR_DEN = Float64Array.of(
  1.0,
  2.0444898343648537,
  1.913082081557144,
  1.0775546857747658,
  0.4035874304181516,
  0.1045307151551068,
  0.01878531862753364,
  0.0022680333263312953,
  0.0001677915868260915,
  5.8340647304382315e-6,
);
const FAR_NUM = Float64Array.of(
  1.2533141373155003,
  1.9094457301882817,
  1.4541153749700007,
  0.7094751819429175,
  0.24257544312430748,
  0.06032401984033096,
  0.011013625282125742,
  0.0014562728117090554,
  0.0001335752052736381,
  7.694760614220863e-6,
  2.1236645594733178e-7,
);
const FAR_DEN = Float64Array.of(
  1.0,
  2.321401828611049,
  2.5124268857829284,
  1.6759665222193774,
  0.766965129998079,
  0.2533239284473257,
  0.06176490997088173,
  0.011146775427203116,
  0.0014639675842198839,
  0.0001337875714219956,
  7.694760619241895e-6,
  2.1236645590857415e-7,
);

/** a(z) = 1 - z M(z) for 0 <= z <= 14, relative error 1.4e-16 before rounding. */
export function millsSlope(z: number): number {
  const num =
    ((((((((SLOPE_NUM[8] as number) * z + (SLOPE_NUM[7] as number)) * z + (SLOPE_NUM[6] as number)) * z +
      (SLOPE_NUM[5] as number)) *
      z +
      (SLOPE_NUM[4] as number)) *
      z +
      (SLOPE_NUM[3] as number)) *
      z +
      (SLOPE_NUM[2] as number)) *
      z +
      (SLOPE_NUM[1] as number)) *
      z +
    (SLOPE_NUM[0] as number);
  const den =
    ((((((((((SLOPE_DEN[10] as number) * z + (SLOPE_DEN[9] as number)) * z + (SLOPE_DEN[8] as number)) * z +
      (SLOPE_DEN[7] as number)) *
      z +
      (SLOPE_DEN[6] as number)) *
      z +
      (SLOPE_DEN[5] as number)) *
      z +
      (SLOPE_DEN[4] as number)) *
      z +
      (SLOPE_DEN[3] as number)) *
      z +
      (SLOPE_DEN[2] as number)) *
      z +
      (SLOPE_DEN[1] as number)) *
      z +
    (SLOPE_DEN[0] as number);
  return num / den;
}

/** M(z) = N(-z)/n(z) for -0.75 <= z <= 7. */
export function millsNear(z: number): number {
  const num =
    ((((((((NEAR_NUM[8] as number) * z + (NEAR_NUM[7] as number)) * z + (NEAR_NUM[6] as number)) * z +
      (NEAR_NUM[5] as number)) *
      z +
      (NEAR_NUM[4] as number)) *
      z +
      (NEAR_NUM[3] as number)) *
      z +
      (NEAR_NUM[2] as number)) *
      z +
      (NEAR_NUM[1] as number)) *
      z +
    (NEAR_NUM[0] as number);
  const den =
    (((((((((NEAR_DEN[9] as number) * z + (NEAR_DEN[8] as number)) * z + (NEAR_DEN[7] as number)) * z +
      (NEAR_DEN[6] as number)) *
      z +
      (NEAR_DEN[5] as number)) *
      z +
      (NEAR_DEN[4] as number)) *
      z +
      (NEAR_DEN[3] as number)) *
      z +
      (NEAR_DEN[2] as number)) *
      z +
      (NEAR_DEN[1] as number)) *
      z +
    (NEAR_DEN[0] as number);
  return num / den;
}

/** M(z) for 7 <= z <= 15. */
export function millsFar(z: number): number {
  const num =
    ((((((((((FAR_NUM[10] as number) * z + (FAR_NUM[9] as number)) * z + (FAR_NUM[8] as number)) * z +
      (FAR_NUM[7] as number)) *
      z +
      (FAR_NUM[6] as number)) *
      z +
      (FAR_NUM[5] as number)) *
      z +
      (FAR_NUM[4] as number)) *
      z +
      (FAR_NUM[3] as number)) *
      z +
      (FAR_NUM[2] as number)) *
      z +
      (FAR_NUM[1] as number)) *
      z +
    (FAR_NUM[0] as number);
  const den =
    (((((((((((FAR_DEN[11] as number) * z + (FAR_DEN[10] as number)) * z + (FAR_DEN[9] as number)) * z +
      (FAR_DEN[8] as number)) *
      z +
      (FAR_DEN[7] as number)) *
      z +
      (FAR_DEN[6] as number)) *
      z +
      (FAR_DEN[5] as number)) *
      z +
      (FAR_DEN[4] as number)) *
      z +
      (FAR_DEN[3] as number)) *
      z +
      (FAR_DEN[2] as number)) *
      z +
      (FAR_DEN[1] as number)) *
      z +
    (FAR_DEN[0] as number);
  return num / den;
}

/** a(z) for z >= 14 by its asymptotic series 1/z^2 - 3/z^4 + 15/z^6 - ...; relative error below 1e-16. */
export function millsSlopeAsymptotic(z: number): number {
  const y = 1 / (z * z);
  let term = y;
  let sum = y;
  for (let k = 3; k <= 33; k += 2) {
    term *= -k * y;
    sum += term;
  }
  return sum;
}

/** M(z) = N(-z)/n(z) for every z; grows without bound as z falls, infinite below about -38. */
export function millsRatio(z: number): number {
  if (z >= 15) return (1 - millsSlopeAsymptotic(z)) / z;
  if (z >= 7) return millsFar(z);
  if (z >= -0.75) return millsNear(z);
  return SQRT_TWO_PI * Math.exp(0.5 * z * z) - millsRatio(-z);
}
