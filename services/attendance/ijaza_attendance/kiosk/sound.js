/** What each result sounds and feels like: rising in, falling out, low and twice for a refusal. */

/** [Hz, start, length] in seconds, and the pattern of vibration in ms. */
const SIGNS = {
  in: { tones: [[660, 0, 0.1], [990, 0.1, 0.18]], vibrate: [60] },
  out: { tones: [[880, 0, 0.1], [587, 0.1, 0.18]], vibrate: [40, 40, 40] },
  repeat: { tones: [[660, 0, 0.08]], vibrate: [30] },
  undone: { tones: [[440, 0, 0.12]], vibrate: [30] },
  refused: { tones: [[196, 0, 0.22], [165, 0.26, 0.34]], vibrate: [220, 80, 220] },
  unrecorded: {
    tones: [[196, 0, 0.2], [392, 0.22, 0.2], [196, 0.44, 0.2], [392, 0.66, 0.2]],
    vibrate: [400, 100, 400],
  },
};

export class Sound {
  on = true;
  #context = null;

  constructor() {
    // Browsers let a page sound only after somebody touched it.
    for (const kind of ["pointerdown", "keydown"])
      addEventListener(kind, () => this.#wake(), { capture: true, passive: true });
  }

  #wake() {
    this.#context ??= globalThis.AudioContext ? new AudioContext() : null;
    if (this.#context?.state === "suspended") this.#context.resume().catch(() => {});
  }

  play(kind) {
    const { tones, vibrate } = SIGNS[kind];
    if (navigator.userActivation?.hasBeenActive) navigator.vibrate?.(vibrate);
    if (!this.on || this.#context?.state !== "running") return;
    for (const [pitch, after, length] of tones) this.#tone(pitch, after, length);
  }

  #tone(pitch, after, length) {
    const context = this.#context;
    const begin = context.currentTime + after;
    const tone = new OscillatorNode(context, { type: "triangle", frequency: pitch });
    const volume = new GainNode(context, { gain: 0 });
    volume.gain.setTargetAtTime(0.35, begin, 0.008);
    volume.gain.setTargetAtTime(0, begin + length - 0.03, 0.012);
    tone.connect(volume).connect(context.destination);
    tone.start(begin);
    tone.stop(begin + length + 0.1);
  }
}
