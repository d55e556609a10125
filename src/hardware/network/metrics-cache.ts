/** What a host remembers of a destination between connections (net/ipv4/tcp_metrics.c). */
import type { Sender } from "./sender.ts";

/** Switches of the cache. */
export interface MetricsOptions {
  /** `net.ipv4.tcp_no_metrics_save`: true DISABLES caching (the name is easily read the other way). */
  readonly noMetricsSave: boolean;
  /** `net.ipv4.tcp_no_ssthresh_metrics_save`, default true since Linux 5.6: ssthresh is not kept. */
  readonly noSsthreshMetricsSave: boolean;
}

/** Linux defaults: round trips are remembered, thresholds and windows are not. */
export const LINUX_METRICS: MetricsOptions = { noMetricsSave: false, noSsthreshMetricsSave: true };

interface Remembered {
  readonly srtt: number;
  readonly ssthresh: number | undefined;
  readonly fastOpen: boolean;
}

/** One host's cache. The congestion window is never taken from it (only routes can lock one). */
export class MetricsCache {
  private readonly known = new Map<string, Remembered>();

  /** @param options how long and what a host remembers; default: Linux's. */
  constructor(private readonly options: MetricsOptions = LINUX_METRICS) {}

  /** A connection to `destination` closes or goes quiet: keep what Linux keeps. */
  save(destination: string, sender: Sender, fastOpen = false): void {
    if (this.options.noMetricsSave) return;
    this.known.set(destination, {
      srtt: sender.roundTrip.srtt,
      ssthresh: this.options.noSsthreshMetricsSave ? undefined : sender.ssthresh,
      fastOpen,
    });
  }

  /** Starts a new connection's sender from what is known; false when nothing is. */
  apply(destination: string, sender: Sender): boolean {
    const known = this.known.get(destination);
    if (known === undefined) return false;
    if (known.ssthresh !== undefined) sender.ssthresh = known.ssthresh;
    return true;
  }

  /** Remembered round trip, us; undefined when nothing is known. */
  roundTrip(destination: string): number | undefined {
    return this.known.get(destination)?.srtt;
  }

  /** Whether a Fast Open cookie of the destination is there. */
  hasCookie(destination: string): boolean {
    return this.known.get(destination)?.fastOpen ?? false;
  }
}
