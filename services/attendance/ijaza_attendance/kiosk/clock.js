/** The time as the server has it: the device's clock and the offset measured last. */

export class Clock {
  /** Server minus device, in ms; null until it was measured once. */
  offset = null;
  measuredAt = 0;

  restore(kept) {
    if (!kept) return;
    this.offset = kept.offset;
    this.measuredAt = kept.measuredAt;
  }

  now() {
    return Date.now() + (this.offset ?? 0);
  }

  /** Ask for the time `samples` times and take the median. Throws what asking throws. */
  async measure(askTime, samples = 5) {
    const offsets = [];
    for (let i = 0; i < samples; i += 1) {
      const begun = performance.now();
      const served = Date.parse(await askTime());
      const half = (performance.now() - begun) / 2;
      offsets.push(served + half - Date.now());
    }
    offsets.sort((a, b) => a - b);
    this.offset = Math.round(offsets[Math.floor(samples / 2)]);
    this.measuredAt = this.now();
    return { offset: this.offset, measuredAt: this.measuredAt };
  }
}
