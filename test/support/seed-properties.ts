import fc from 'fast-check';
import { propertySeed } from './property-seed.ts';

// Runs before every file of tests.
const seed = propertySeed();
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed });
