import { Decimal as Base } from 'decimal.js';

/**
 * Expected values have 30 digits; 60 leave the subtraction of a double from them exact enough for any tolerance here.
 * The exponent is not limited to that of a double, so values below 1e-308 keep their size.
 */
export const Decimal = Base.clone({ precision: 60 });
export type Decimal = InstanceType<typeof Base>;
