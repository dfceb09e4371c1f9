/** Milliseconds of one tick by stage. */
export interface MonitorTimings {
  /** Market columns and scenario tables. */
  readonly inputs: number;
  /**
   * Movements of instruments and classes, and the sets that they touch; meanwhile the other threads price what the sets of
   * the last tick held.
   */
  readonly touch: number;
  /** Rows of the risk array that touched sets hold, those that are not priced yet. */
  readonly riskArray: number;
  /** Margins of touched sets, and the comparison of statuses. */
  readonly margin: number;
  /** A new reference: slopes and certificates. */
  readonly certify: number;
  /** The second evaluation of everything, in shadow mode. */
  readonly shadow: number;
  readonly total: number;
}

/** Netting sets whose status changed; `from` is `NEW_STATUS` (254) for sets that no tick has seen before. */
export interface StatusChanges {
  readonly set: Uint32Array;
  readonly from: Uint8Array;
  readonly to: Uint8Array;
}

/** How a tick found the statuses: by certificates, or by evaluating everything, and why. */
export type MonitorMode =
  | { readonly kind: 'certified' }
  | { readonly kind: 'brute force'; readonly reason: string };

/** What issuing certificates at the market of the last tick came to. */
export interface Renewal {
  /** Certificates issued. */
  readonly certified: number;
  /** Reference markets alive. */
  readonly references: number;
  readonly ms: number;
}

export interface MonitorReport {
  readonly tick: number;
  readonly mode: MonitorMode;
  /** Netting sets margined at these quotes, skipped by certificate, and without a margin: all of them together. */
  readonly evaluated: number;
  readonly skipped: number;
  readonly quarantined: number;
  readonly changes: StatusChanges;
  /** Rows of the risk array that were priced for the evaluation. */
  readonly priced: number;
  /** Certificates issued: 0 from `evaluate`, which leaves that to `renew`. */
  readonly certified: number;
  /** Reference markets alive. */
  readonly references: number;
  readonly timingsMs: MonitorTimings;
}

/** A tick as a whole: `evaluate` and the `renew` after it. */
export function withRenewal(report: MonitorReport, { certified, references, ms }: Renewal): MonitorReport {
  const { timingsMs } = report;
  return { ...report, certified, references, timingsMs: { ...timingsMs, certify: ms, total: timingsMs.total + ms } };
}
